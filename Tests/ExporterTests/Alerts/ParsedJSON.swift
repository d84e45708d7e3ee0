import FoundationEssentials

/// JSON as another reader understands it.
enum ParsedJSON: Equatable, Decodable {
    case string(String)
    case number(Double)
    case array([ParsedJSON])
    case object([String: ParsedJSON])

    init(_ bytes: [UInt8]) throws { self = try JSONDecoder().decode(Self.self, from: Data(bytes)) }

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let text = try? value.decode(String.self) {
            self = .string(text)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let elements = try? value.decode([ParsedJSON].self) {
            self = .array(elements)
        } else {
            self = .object(try value.decode([String: ParsedJSON].self))
        }
    }
}
