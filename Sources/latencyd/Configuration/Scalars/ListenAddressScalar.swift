internal import Platform

/// Where the web server listens.
enum ListenAddressScalar {
    /// `HOST:PORT`, `[IPV6]:PORT` or `:PORT`.
    static func parse(_ text: String) throws(ScalarProblem) -> ListenAddress {
        do {
            return try ListenAddress(text)
        } catch {
            throw .impossible(text, error.reason, error.remedy)
        }
    }
}
