/// Who may use the push sockets.
enum SocketScalars {
    /// An octal mode of three or four digits, at most 0777, with at least one right to write: a socket that nobody
    /// may write to takes no timing.
    static func mode(_ text: String) throws(ScalarProblem) -> UInt32 {
        let remedy = "write three or four octal digits in quotes, for example \"0660\""
        let isOctal = text.utf8.allSatisfy { $0.isDigit && $0 < UInt8(ascii: "8") }
        guard isOctal, (3...4).contains(text.utf8.count), let mode = UInt32(text, radix: 8) else {
            throw .notA("an octal mode", text, remedy)
        }
        guard mode <= 0o777 else { throw .impossible(text, "sets more than the rights", "write at most \"0777\"") }
        guard mode & 0o222 != 0 else {
            throw .impossible(text, "lets nobody write to the socket", "write for example \"0660\"")
        }
        return mode
    }

    /// The name of a group.
    static func group(_ text: String) throws(ScalarProblem) -> String {
        let isName = text.utf8.allSatisfy { $0.isWord || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
        guard isName, (1...32).contains(text.utf8.count) else {
            throw .notA("the name of a group", text, "write a name from /etc/group, for example latencyd")
        }
        return text
    }
}
