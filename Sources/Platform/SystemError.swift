import Glibc

/// Error numbers of the operating system as text.
public enum SystemError {
    /// The text of `code`, for example `Permission denied`.
    public static func text(_ code: Int32) -> String {
        // glibc's strerror is thread-safe for numbers that it knows.
        String(cString: strerror(code))
    }
}
