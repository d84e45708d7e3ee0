import Platform
import Testing

@testable import Collectors

@Suite("Why a service is down")
struct ServiceFailureTests {
    @Test(
        "is said with what to do about it",
        arguments: [
            (HTTPFetchError.notSecure(.notTrusted, "self-signed"), ServiceFailure.Reason.tls, "set tls.ca_file"),
            (.notSecure(.outOfDate, "expired"), .tls, "renew the server's certificate"),
            (.notSecure(.notFitting, "another host"), .tls, "as the certificate names it"),
            (.notSecure(.authoritiesFile, "/x/ca.pem"), .tls, "set tls.ca_file"),
            (.notSecure(.ownCertificate, "/x/key.pem"), .tls, "set tls.cert_file and tls.key_file"),
            (.notSecure(.handshake, "wrong version"), .tls, "a port without TLS wants http://"),
            (.tooLong(limitBytes: 9), .tooLong, "raise max_body"),
            (.malformed, .malformed, "a port with TLS wants https://"),
        ])
    func remedies(_ error: HTTPFetchError, _ reason: ServiceFailure.Reason, _ remedy: String) {
        let failure = ServiceFailure(error, of: "http://127.0.0.1:1/metrics")
        #expect(failure.reason == reason)
        #expect(failure.description.hasPrefix(error.description + "; "))
        #expect(failure.description.contains(remedy))
    }

    @Test("of a page that is too long is told with the limit that is configured")
    func limit() throws {
        let settings = ServiceSettings(
            name: "a", source: .promql(PromQLSettings(signals: [PromQLSignal(.queueLength, "q")])), url: "http://a",
            bodyBytesMax: 70_000)
        #expect(try ServiceAccess(settings).fetch("http://a/m").bodyBytesMax == 70_000)
        #expect(try ServiceAccess(settings).fetch("http://a/m", bodyBytesMax: 5).bodyBytesMax == 5)
    }

    @Test("names https where it was not tried")
    func https() {
        #expect(!ServiceFailure(.malformed, of: "https://127.0.0.1:1/").description.contains("https"))
        let refused = ServiceFailure(status: 400, of: "http://127.0.0.1:1/", remedy: nil)
        #expect(refused.description == "the server answers with status 400; a port with TLS wants https://")
        let other = ServiceFailure(status: 400, of: "https://127.0.0.1:1/", remedy: "x")
        #expect(other.description == "the server answers with status 400; x")
    }
}
