internal import CSystem

/// What libyaml met in the text.
struct YAMLEvent {
    enum Kind {
        case streamStart
        case streamEnd
        case documentStart
        case documentEnd
        case alias(String)
        case scalar(YAMLScalar)
        case sequenceStart
        case sequenceEnd
        case mappingStart
        case mappingEnd
    }

    var kind: Kind
    var mark: YAMLMark
    /// The name after `&`; nil without one.
    var anchor: String?
    /// The tag, resolved; nil without one.
    var tag: String?
}

/// libyaml's event parser over a text in memory, which must outlive it.
final class YAMLEventSource {
    private let text: UnsafeBufferPointer<UInt8>
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private var isReady: Bool

    init(_ text: UnsafeBufferPointer<UInt8>) {
        self.text = text
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        isReady = yaml_parser_initialize(parser) == 1
        guard isReady else { return }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, text.baseAddress, text.count)
    }

    deinit {
        if isReady { yaml_parser_delete(parser) }
        parser.deallocate()
    }

    /// The next event. After an error or the end of the stream it must not be called again.
    func next() throws(YAMLProblem) -> YAMLEvent {
        guard isReady else { throw outOfMemory }
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw parserProblem }
        defer { yaml_event_delete(&event) }
        return Self.event(event)
    }

    private static func event(_ event: yaml_event_t) -> YAMLEvent {
        var result = YAMLEvent(kind: .streamStart, mark: YAMLMark(event.start_mark))
        switch event.type {
        case YAML_DOCUMENT_START_EVENT: result.kind = .documentStart
        case YAML_DOCUMENT_END_EVENT: result.kind = .documentEnd
        case YAML_STREAM_END_EVENT, YAML_NO_EVENT: result.kind = .streamEnd
        case YAML_ALIAS_EVENT: result.kind = .alias(string(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            result.kind = .scalar(YAMLScalar(text: String(decoding: bytes, as: UTF8.self), style: style(scalar.style)))
            result.anchor = string(scalar.anchor)
            result.tag = string(scalar.tag)
        case YAML_SEQUENCE_START_EVENT:
            result.kind = .sequenceStart
            result.anchor = string(event.data.sequence_start.anchor)
            result.tag = string(event.data.sequence_start.tag)
        case YAML_SEQUENCE_END_EVENT: result.kind = .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            result.kind = .mappingStart
            result.anchor = string(event.data.mapping_start.anchor)
            result.tag = string(event.data.mapping_start.tag)
        case YAML_MAPPING_END_EVENT: result.kind = .mappingEnd
        default: break
        }
        return result
    }

    private static func style(_ style: yaml_scalar_style_t) -> YAMLScalar.Style {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE, YAML_DOUBLE_QUOTED_SCALAR_STYLE: .quoted
        case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: .block
        default: .plain
        }
    }

    private static func string(_ bytes: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        bytes.map { String(cString: $0) }
    }
}

// MARK: - Errors

extension YAMLEventSource {
    private var outOfMemory: YAMLProblem {
        YAMLProblem(
            .broken, mark: YAMLMark(line: 1, column: 1), what: "memory ran out while reading",
            remedy: "free some memory")
    }

    private var parserProblem: YAMLProblem {
        let state = parser.pointee
        if state.error == YAML_MEMORY_ERROR { return outOfMemory }
        var problem = state.problem.map { String(cString: $0) } ?? "it cannot be read"
        // A reader's error has no mark, only an offset.
        let isReader = state.error == YAML_READER_ERROR
        let mark = isReader ? YAMLMark(endOf: text.prefix(state.problem_offset)) : YAMLMark(state.problem_mark)
        if isReader, state.problem_value >= 0 {
            problem += " (U+\(String(state.problem_value, radix: 16, uppercase: true)))"
        }
        var what = "broken YAML: " + problem
        if let context = state.context {
            what += ", " + String(cString: context)
            if state.context_mark.line != state.problem_mark.line {
                what += " that begins in line \(state.context_mark.line + 1)"
            }
        }
        return YAMLProblem(.broken, mark: mark, what: what, remedy: YAMLRemedy.forBroken(problem))
    }
}

extension YAMLMark {
    /// libyaml counts from 0.
    fileprivate init(_ mark: yaml_mark_t) {
        self.init(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }
}
