internal import Glibc

/// What is known of where the output goes.
struct Terminal: Equatable {
    static let widthDefault = 100
    /// Longer lines are hard to read.
    static let widths = DoctorText.widthMin...120

    var width = widthDefault
    var isColoured = false

    init(width: Int = widthDefault, isColoured: Bool = false) {
        self.width = width
        self.isColoured = isColoured
    }

    /// Colours only where a terminal shows them and `NO_COLOR` (no-color.org) is not set or empty.
    init(_ descriptor: Int32, environment: [String: String]) {
        guard isatty(descriptor) == 1 else { return }
        var size = winsize()
        let columns = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : 0
        if columns > 0 { width = min(max(columns, Self.widths.lowerBound), Self.widths.upperBound) }
        isColoured = (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }
}

extension DoctorText {
    init(_ terminal: Terminal) { self.init(width: terminal.width, isColoured: terminal.isColoured) }
}
