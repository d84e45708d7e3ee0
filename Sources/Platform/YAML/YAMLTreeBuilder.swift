/// Makes a tree of libyaml's events and refuses what a configuration must not hold.
struct YAMLTreeBuilder {
    private let events: YAMLEventSource
    private let limits: YAMLLimits
    private var problems: [YAMLProblem] = []
    private var values = 0
    /// Where the reading stands, for errors that end it.
    private var path = YAMLPath.document

    init(events: YAMLEventSource, limits: YAMLLimits) {
        self.events = events
        self.limits = limits
    }

    /// Reads the whole stream. To be called once.
    mutating func build() -> YAMLDocument {
        do {
            let root = try document()
            return YAMLDocument(root: root, problems: problems)
        } catch {
            return YAMLDocument(root: nil, problems: problems + [error])
        }
    }

    private mutating func document() throws(YAMLProblem) -> YAMLNode? {
        _ = try next()
        guard case .documentStart = try next().kind else { return nil }
        let root = try node(try next(), depth: 1)
        path = .document
        _ = try next()
        let end = try next()
        if case .documentStart = end.kind {
            throw problem(
                .secondDocument, end.mark, "a second document begins here",
                "keep one document and remove the line '---'")
        }
        return root
    }

    private mutating func node(_ event: YAMLEvent, depth: Int) throws(YAMLProblem) -> YAMLNode {
        try count(event)
        try refuseDecoration(event)
        switch event.kind {
        case .scalar(let scalar):
            return YAMLNode(.scalar(scalar), mark: event.mark)
        case .sequenceStart:
            try checkDepth(depth, event)
            return YAMLNode(.sequence(try elements(depth: depth)), mark: event.mark)
        case .mappingStart:
            try checkDepth(depth, event)
            return YAMLNode(.mapping(try entries(depth: depth)), mark: event.mark)
        case .alias(let name):
            throw problem(
                .alias, event.mark, "the alias \(YAMLQuotation.of("*" + name)) is not taken",
                "write the value out, or quote it if it is a pattern that begins with *")
        case .streamStart, .streamEnd, .documentStart, .documentEnd, .sequenceEnd, .mappingEnd:
            throw problem(.broken, event.mark, "broken YAML: a value is missing", "write a value")
        }
    }

    private mutating func elements(depth: Int) throws(YAMLProblem) -> [YAMLNode] {
        let sequencePath = path
        var elements: [YAMLNode] = []
        while true {
            let event = try next()
            if case .sequenceEnd = event.kind { break }
            path = sequencePath.appending(index: elements.count)
            elements.append(try node(event, depth: depth + 1))
            path = sequencePath
        }
        return elements
    }

    private mutating func entries(depth: Int) throws(YAMLProblem) -> [YAMLEntry] {
        let mappingPath = path
        var entries: [YAMLEntry] = []
        var firstLines: [String: Int] = [:]
        while true {
            let event = try next()
            if case .mappingEnd = event.kind { break }
            let key = try key(event)
            path = mappingPath.appending(key: key)
            if let line = firstLines[key] {
                try report(
                    .duplicateKey, event.mark, "the key stands here a second time, first in line \(line)",
                    "keep one of the two")
                _ = try node(try next(), depth: depth + 1)
            } else {
                firstLines[key] = event.mark.line
                let value = try node(try next(), depth: depth + 1)
                entries.append(YAMLEntry(key: key, keyMark: event.mark, value: value))
            }
            path = mappingPath
        }
        return entries
    }

    private mutating func key(_ event: YAMLEvent) throws(YAMLProblem) -> String {
        try count(event)
        try refuseDecoration(event)
        guard case .scalar(let scalar) = event.kind else {
            throw problem(.complexKey, event.mark, "a key is not a plain word", "write keys as 'key: value'")
        }
        if scalar.style == .plain, scalar.text == "<<" {
            try report(
                .mergeKey, event.mark, "the merge key '<<' is not taken", "write the merged keys out")
        }
        return scalar.text
    }
}

// MARK: - Refusals

extension YAMLTreeBuilder {
    private func next() throws(YAMLProblem) -> YAMLEvent {
        do {
            return try events.next()
        } catch {
            var located = error
            located.path = path
            throw located
        }
    }

    private mutating func count(_ event: YAMLEvent) throws(YAMLProblem) {
        values += 1
        guard values > limits.values else { return }
        throw problem(
            .tooManyValues, event.mark, "there are more than \(limits.values) values", "shorten the file")
    }

    private func checkDepth(_ depth: Int, _ event: YAMLEvent) throws(YAMLProblem) {
        guard depth > limits.depth else { return }
        throw problem(
            .tooDeep, event.mark, "more than \(limits.depth) mappings and lists lie inside each other",
            "remove the surplus brackets")
    }

    /// Anchors and tags are reported and left off; the reading goes on.
    private mutating func refuseDecoration(_ event: YAMLEvent) throws(YAMLProblem) {
        if let anchor = event.anchor {
            try report(
                .anchor, event.mark, "the anchor \(YAMLQuotation.of("&" + anchor)) is not taken",
                "write each value out where it is used")
        }
        if let tag = event.tag {
            try report(
                .tag, event.mark, "the tag \(YAMLQuotation.of(tag)) is not taken",
                "write the plain value, or quote it if it begins with '!'")
        }
    }

    private mutating func report(
        _ kind: YAMLProblem.Kind, _ mark: YAMLMark, _ what: String, _ remedy: String
    ) throws(YAMLProblem) {
        let found = problem(kind, mark, what, remedy)
        guard problems.count + 1 < limits.problems else { throw found }
        problems.append(found)
    }

    private func problem(
        _ kind: YAMLProblem.Kind, _ mark: YAMLMark, _ what: String, _ remedy: String
    ) -> YAMLProblem {
        YAMLProblem(kind, mark: mark, path: path, what: what, remedy: remedy)
    }
}
