/// The names that the samples of a protobuf family have in text, and whether they are wanted.
struct FamilyNames {
    /// Which of a family's names a sample has.
    enum Part: Int, CaseIterable {
        case plain
        case bucket
        case sum
        case count

        var suffix: String {
            switch self {
            case .plain: ""
            case .bucket: "_bucket"
            case .sum: "_sum"
            case .count: "_count"
            }
        }
    }

    private var names: [[UInt8]]
    private var verdicts: [NameMemo.Verdict]

    init(_ bytes: Span<UInt8>, _ range: Range<Int>, in kept: KeptSamples) {
        let family = bytes.extracting(range).withUnsafeBufferPointer { Array($0) }
        names = Part.allCases.map { family + $0.suffix.utf8 }
        verdicts = names.map { kept.verdict($0.span, 0..<$0.count) }
    }

    /// The family's own name.
    var family: [UInt8] { names[Part.plain.rawValue] }

    var isAnyWanted: Bool { verdicts.contains { $0 != .unwanted } }

    func isWanted(_ part: Part) -> Bool { verdicts[part.rawValue] != .unwanted }

    /// The number of the wanted name `part`; nil where there is no room for it.
    mutating func number(_ part: Part, in kept: inout KeptSamples) -> Int? {
        if case .wanted(let number) = verdicts[part.rawValue] { return number }
        let name = names[part.rawValue]
        guard let number = kept.addName(name.span, 0..<name.count) else { return nil }
        verdicts[part.rawValue] = .wanted(number)
        return number
    }
}
