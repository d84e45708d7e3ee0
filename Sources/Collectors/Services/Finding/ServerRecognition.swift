/// Recognises a model server by the names on its page of metrics, as the page comes from the network.
///
/// Knows no port: a server is what its page says that it is. Names stand at the beginnings of lines, and in `# TYPE`
/// lines: a server that has served nothing yet may have no others.
struct ServerRecognition {
    /// As much of a line as is looked at, in bytes.
    static let lineBytesMax = 207
    private static let typeBeginning = Array("# TYPE ".utf8)

    /// In the order of the catalogue: a page that two profiles fit is the first one's.
    private static let signatures: [(profile: ServiceProfile, beginnings: [[UInt8]])] = ServiceProfiles.all.map {
        ($0, $0.signatures.map { Array($0.utf8) })
    }

    /// The beginning of the line in progress.
    private var line: [UInt8] = []
    /// The place in `signatures`, and the name that fits.
    private var match: (place: Int, name: String)?

    /// Looks at the next piece of the page, of any length.
    mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = rest.prefix { $0 != UInt8(ascii: "\n") }
            line.append(contentsOf: part.prefix(Self.lineBytesMax - line.count))
            rest = rest.dropFirst(part.count)
            if rest.first == UInt8(ascii: "\n") {
                endLine()
                rest = rest.dropFirst()
            }
        }
    }

    /// The profile of the server whose page it was, and the name that gave it away; nil when it is none that is known.
    mutating func finish() -> (profile: ServiceProfile, evidence: String)? {
        endLine()
        return match.map { (Self.signatures[$0.place].profile, $0.name) }
    }

    private mutating func endLine() {
        defer { line.removeAll(keepingCapacity: true) }
        let text = line.starts(with: Self.typeBeginning) ? line.dropFirst(Self.typeBeginning.count) : line[...]
        let name = text.prefix(while: Self.isInName)
        guard !name.isEmpty, Self.canFollow(text.dropFirst(name.count).first) else { return }
        for (place, signature) in Self.signatures.enumerated().prefix(match?.place ?? .max)
        where signature.beginnings.contains(where: { Self.fits(name, $0) }) {
            match = (place, String(decoding: name, as: UTF8.self))
            return
        }
    }

    /// A beginning alone is no name: `vllm: the engine` is prose.
    private static func fits(_ name: ArraySlice<UInt8>, _ beginning: [UInt8]) -> Bool {
        let isWhole = beginning.last.map { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "_") } ?? false
        return name.starts(with: beginning) && (isWhole || name.count > beginning.count)
    }

    private static func isInName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: ":"):
            true
        default: false
        }
    }

    private static func canFollow(_ byte: UInt8?) -> Bool {
        byte == UInt8(ascii: "{") || byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }
}
