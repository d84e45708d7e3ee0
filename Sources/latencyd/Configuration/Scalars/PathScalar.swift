/// Files and folders.
enum PathScalar {
    static let bytesMax = 4_095
    /// Of a file's name, as the kernel has it.
    static let nameBytesMax = 255
    /// What fits the `sun_path` of a Unix socket's address, less its final zero.
    static let socketBytesMax = 107

    /// An absolute path.
    static func absolute(_ text: String) throws(ScalarProblem) -> String {
        guard text.hasPrefix("/") else {
            throw .impossible(
                text, "is no absolute path", "write the whole path from / on; ~ and variables are not filled in")
        }
        guard text.utf8.count <= bytesMax else {
            throw .impossible(text, "is \(text.utf8.count) bytes long", "write at most \(bytesMax) bytes")
        }
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw .impossible(text, "holds a control character", "remove it")
        }
        return text
    }

    /// A path that may begin at the working folder.
    static func nonEmpty(_ text: String) throws(ScalarProblem) -> String {
        guard !text.isEmpty else { throw .impossible(text, "is no path", "write the path of a folder") }
        return text
    }

    /// A file's path that may begin at a folder that the reader knows.
    static func file(_ text: String) throws(ScalarProblem) -> String {
        guard !text.isEmpty else { throw .impossible(text, "is no path", "write the path of a file") }
        return text.hasPrefix("/") ? try absolute(text) : String(try absolute("/" + text).dropFirst())
    }

    /// The absolute path of a Unix socket.
    static func socket(_ text: String) throws(ScalarProblem) -> String {
        let path = try absolute(text)
        guard path.utf8.count <= socketBytesMax else {
            throw .impossible(
                text, "is \(path.utf8.count) bytes long",
                "write at most \(socketBytesMax) bytes, more does not fit a socket's address")
        }
        guard !path.hasSuffix("/") else { throw .impossible(text, "is a folder", "add the socket's file name") }
        return path
    }

    /// A shared library: an absolute path, or a file's name that the loader looks for.
    static func library(_ text: String) throws(ScalarProblem) -> String {
        if text.hasPrefix("/") { return try absolute(text) }
        guard !text.contains("/"), text.contains(".so"), text.utf8.count <= nameBytesMax,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else {
            throw .impossible(
                text, "is neither an absolute path nor the name of a library", "write a name such as libnvidia-ml.so.1")
        }
        return text
    }

    /// `path` without empty and `.` parts, to tell two ways of writing the same one.
    static func normalised(_ path: String) -> String {
        "/" + path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }
}
