internal import Platform

/// Headers of every response that tell browsers to be careful with it.
enum SecurityHeaders {
    /// No page loads anything, is shown inside another one, or is taken for another type than it says.
    static let usual = [
        HTTPField("X-Content-Type-Options", "nosniff"),
        HTTPField("X-Frame-Options", "deny"),
        HTTPField("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        HTTPField("Referrer-Policy", "no-referrer"),
        HTTPField("Cross-Origin-Resource-Policy", "same-origin"),
    ]

    /// With what the operator has configured, in place of ours of the same name.
    static func all(_ configured: [HTTPField]) -> HTTPCommonHeaders {
        HTTPCommonHeaders(replacing: configured, added: usual)
    }
}
