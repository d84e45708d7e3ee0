/// What keeps a connection from being secure: each kind has another remedy.
public enum HTTPSecurityFault: Sendable, Hashable {
    /// The server's certificate is signed by nobody who is trusted.
    case notTrusted
    /// It holds no more, or not yet.
    case outOfDate
    /// It is another host's, or has something else against it.
    case notFitting
    /// The file of authorities cannot be used.
    case authoritiesFile
    /// The client's own certificate, or its key, cannot be used.
    case ownCertificate
    /// Both sides do not agree: on a protocol, whether there is one at all, or on who the client is.
    case handshake
}
