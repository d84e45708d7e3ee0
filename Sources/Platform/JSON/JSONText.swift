internal import FoundationEssentials

/// Reads JSON texts into types that say which of their members are wanted; all others are passed over.
public enum JSONText {
    /// What is wrong with a text.
    public struct Problem: Error, Sendable, Equatable, CustomStringConvertible {
        public let description: String
    }

    /// The value in `text`, UTF-8.
    public static func decode<Value: Decodable>(_ type: Value.Type, from text: [UInt8]) throws(Problem) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(text))
        } catch DecodingError.keyNotFound(let key, let context) {
            throw Problem(description: "no '\(key.stringValue)' \(place(context.codingPath))")
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            throw Problem(description: "another type than expected \(place(context.codingPath))")
        } catch {
            throw Problem(description: "no JSON")
        }
    }

    private static func place(_ path: [any CodingKey]) -> String {
        path.isEmpty
            ? "at the top" : "in " + path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
}
