internal import CSystem
import Glibc

extension HTTPTransfer {
    /// Why the library gave the transfer up.
    func error(_ code: CURLcode, _ easy: UnsafeMutableRawPointer) -> HTTPFetchError {
        let words = reason(code)
        return switch code {
        case CURLE_URL_MALFORMAT: .badURL
        case CURLE_COULDNT_RESOLVE_HOST: .notResolved
        case CURLE_COULDNT_CONNECT: .notConnected
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        // A server that wants a certificate says so after the handshake.
        case CURLE_RECV_ERROR where words.contains("SSL"): .notSecure(.handshake, words)
        // What does not begin as HTTP/1 does is HTTP/0.9 to the library, which is not supported.
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE,
            CURLE_BAD_CONTENT_ENCODING, CURLE_RECV_ERROR:
            .malformed
        case CURLE_PEER_FAILED_VERIFICATION: .notSecure(Self.fault(csystem_curl_verdict(easy)), words)
        case CURLE_SSL_CACERT_BADFILE: .notSecure(.authoritiesFile, words)
        case CURLE_SSL_CERTPROBLEM: .notSecure(.ownCertificate, words)
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER: .notSecure(.handshake, words)
        default: .other(words)
        }
    }

    /// What the library wrote of this transfer, which names files and hosts, else what it says of all such ones.
    private func reason(_ code: CURLcode) -> String {
        let own = String(cString: words)
        let text = own.isEmpty ? String(cString: curl_easy_strerror(code)) : own
        return String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0 == "\u{7f}" ? " " : $0 }))
    }

    /// By X509_V_ERR codes of OpenSSL's `x509_vfy.h`.
    private static func fault(_ verdict: Int) -> HTTPSecurityFault {
        switch verdict {
        // No issuer, signed by itself, or by one whose issuer is not known.
        case 2, 18, 19, 20, 21, 27: .notTrusted
        case 9, 10: .outOfDate
        default: .notFitting
        }
    }
}
