import Collectors
import Telemetry

/// Writes what was kept of a page as text again.
enum RenderedPage {
    static func text(_ page: ScrapedPage) -> String {
        var text = ""
        for (_, samples) in page.samples.sorted(by: { $0.key < $1.key }) {
            for sample in samples { text += line(sample) + "\n" }
        }
        return text
    }

    private static func line(_ sample: ScrapedSample) -> String {
        let isPlain = isName(sample.name, colons: true)
        var parts = isPlain ? [] : [quoted(sample.name)]
        for label in sample.labels.labels {
            let name = isName(label.name, colons: false) ? label.name : quoted(label.name)
            parts.append("\(name)=\(quoted(label.value))")
        }
        return (isPlain ? sample.name : "") + "{" + parts.joined(separator: ",") + "} "
            + (sample.value.isNaN ? "NaN" : "\(sample.value)")
    }

    private static func isName(_ text: String, colons: Bool) -> Bool {
        let isFirst = { (byte: UInt8) in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
                || colons && byte == UInt8(ascii: ":")
        }
        guard let first = text.utf8.first, isFirst(first) else { return false }
        return text.utf8.allSatisfy { isFirst($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    private static func quoted(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\".unicodeScalars
            case "\"": result += "\\\"".unicodeScalars
            case "\n": result += "\\n".unicodeScalars
            default: result.append(scalar)
            }
        }
        return "\"\(String(result))\""
    }
}
