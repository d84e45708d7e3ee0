/// Text inside an SVG.
enum PlotText {
    /// `text` with what has a meaning in XML escaped, and what XML cannot hold replaced.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// With four digits at the most: `0.25`, `1500`, `1.2e+07`.
    static func number(_ value: Double) -> String {
        guard value != 0, value.isFinite else { return "0" }
        var scale = 1.0
        while abs(value) * scale < 1_000, scale < 1e12 { scale *= 10 }
        let short = abs(value) < 1e7 ? (value * scale).rounded() / scale : value
        return abs(value) < 1e7 ? TextOf.number(short) : Float(value).description
    }
}
