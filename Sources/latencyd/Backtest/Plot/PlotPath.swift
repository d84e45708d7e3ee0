/// The `d` of an SVG path, with coordinates to a tenth.
struct PlotPath {
    private(set) var text: [UInt8] = []

    mutating func move(_ x: Double, _ y: Double) { add("M", x, y) }
    mutating func line(_ x: Double, _ y: Double) { add("L", x, y) }
    /// Makes a lone point visible where lines have round ends.
    mutating func dot() { text += Array("h0".utf8) }
    mutating func close() { text.append(UInt8(ascii: "Z")) }

    private mutating func add(_ command: StaticString, _ x: Double, _ y: Double) {
        text.append(command.utf8Start.pointee)
        Self.append(x, to: &text)
        text.append(UInt8(ascii: ","))
        Self.append(y, to: &text)
    }

    /// `value`, below a million, to a tenth.
    static func append(_ value: Double, to text: inout [UInt8]) {
        let tenths = Int((min(max(value, -1e6), 1e6) * 10).rounded())
        if tenths < 0 { text.append(UInt8(ascii: "-")) }
        text += Array(String(tenths.magnitude / 10).utf8)
        if !tenths.isMultiple(of: 10) { text += [UInt8(ascii: "."), UInt8(ascii: "0") + UInt8(tenths.magnitude % 10)] }
    }
}
