internal import Collectors

/// The checklist for people: what is worst comes first.
struct DoctorText {
    /// Columns of the terminal.
    var width: Int
    var isColoured: Bool

    private static let tagWidth = 10
    /// Beside the tags, however narrow the terminal is.
    private static let roomMin = 20
    /// Narrower than this a terminal breaks the lines itself.
    static let widthMin = tagWidth + roomMin

    func render(_ report: DoctorReport) -> String {
        var lines = [headline(report)]
        for finding in report.findings { lines += [""] + self.lines(finding) }
        lines.append("")
        if let measured = report.wakeupNumbers { lines += paragraph(tag("measured"), measured) }
        lines += list("ok", .green, report.checks(.ok).map(\.title), separator: ", ")
        lines += list("not here", .grey, Self.titles(ofMissing: report.checks(.notApplicable)), separator: ", ")
        lines += notes(of: report.checks(.skipped).map { ($0.title, $0.notes) }, tag("skipped", .grey))
        // A check that has findings may have seen a part only.
        lines += notes(of: report.checks.map { ($0.title, $0.unknown) }, tag("unknown", .yellow))
        return lines.joined(separator: "\n")
    }

    /// Without GPUs a single word says so.
    private static func titles(ofMissing checks: [CheckReport]) -> [String] {
        let hasNoGPUs = checks.contains { $0.id == "gpu_driver" }
        return checks.compactMap { check in
            guard hasNoGPUs, check.id.hasPrefix("gpu_") else { return check.title }
            return check.id == "gpu_driver" ? "GPUs" : nil
        }
    }

    private func headline(_ report: DoctorReport) -> String {
        let counts = [(FindingSeverity.critical, "critical"), (.warning, "warning"), (.info, "note")]
            .compactMap { severity, noun -> String? in
                let count = report.count(severity)
                guard count > 0 else { return nil }
                return severity == .critical || count == 1 ? "\(count) \(noun)" : "\(count) \(noun)s"
            }
        let sum = counts.isEmpty ? "nothing to mend" : counts.joined(separator: ", ")
        return "latencyd doctor on \(report.hostName): \(sum)"
    }

    private func lines(_ finding: Finding) -> [String] {
        let head: String =
            switch finding.severity {
            case .critical: tag("CRITICAL", .red)
            case .warning: tag("WARNING", .yellow)
            case .info: tag("NOTE", .blue)
            }
        var lines = paragraph(head, finding.title)
        lines += paragraph(tag("  seen"), finding.evidence.joined(separator: "; "))
        lines += paragraph(tag("  why"), finding.why)
        // Commands stay whole, to be copied.
        for (number, command) in finding.remedy.enumerated() {
            lines.append(tag(number == 0 ? "  mend" : "") + command)
        }
        return lines
    }

    /// What checks say, those that say the same in one paragraph; nothing of those that say nothing.
    private func notes(of checks: [(title: String, notes: [String])], _ head: String) -> [String] {
        var titles: [[String]: [String]] = [:]
        for check in checks { titles[check.notes, default: []].append(check.title) }
        return checks.map(\.notes).flatMap { notes -> [String] in
            guard !notes.isEmpty, let titles = titles.removeValue(forKey: notes) else { return [] }
            let text = "\(titles.joined(separator: ", ")): \(notes.joined(separator: "; "))"
            return paragraph(head, Finding.printable(text))
        }
    }

    private func list(_ name: String, _ colour: Colour, _ items: [String], separator: String) -> [String] {
        items.isEmpty ? [] : paragraph(tag(name, colour), items.joined(separator: separator))
    }

    /// `text` beside `head`, broken between words; a word that is longer than the line stays whole.
    private func paragraph(_ head: String, _ text: String) -> [String] {
        let room = max(Self.roomMin, width - Self.tagWidth)
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > room {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        lines.append(line)
        return lines.enumerated().map { ($0.offset == 0 ? head : tag("")) + $0.element }
    }

    // MARK: Tags

    private enum Colour: String {
        case red = "1;31"
        case yellow = "1;33"
        case blue = "1;34"
        case green = "32"
        case grey = "2"
    }

    private func tag(_ text: String, _ colour: Colour? = nil) -> String {
        let padding = String(repeating: " ", count: max(0, Self.tagWidth - text.count))
        guard isColoured, let colour else { return text + padding }
        return "\u{1b}[\(colour.rawValue)m\(text)\u{1b}[0m\(padding)"
    }
}
