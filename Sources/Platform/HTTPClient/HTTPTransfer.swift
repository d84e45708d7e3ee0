internal import CSystem
import Glibc

/// One page on its way. Lives as long as its handle: the library knows its address.
final class HTTPTransfer {
    private let fetch: HTTPFetch
    /// Nil when memory was short, or the library refused an option.
    private(set) var easy: UnsafeMutableRawPointer?
    private var headers: UnsafeMutablePointer<curl_slist>?
    private var body: [UInt8] = []
    private var isTooLong = false
    private(set) var result: Result<HTTPPage, HTTPFetchError> = .failure(.other("the HTTP library cannot be used"))

    init(_ fetch: HTTPFetch) {
        self.fetch = fetch
        // Without this check the library would guess the protocol of `localhost:80`.
        guard ["http://", "https://"].contains(where: { fetch.url.lowercased().hasPrefix($0) }) else {
            result = .failure(.badURL)
            return
        }
        easy = curl_easy_init()
        guard let easy else { return }
        for header in fetch.headers { headers = curl_slist_append(headers, header) }
        if !isPrepared(easy) {
            curl_easy_cleanup(easy)
            self.easy = nil
        }
    }

    deinit {
        if let easy { curl_easy_cleanup(easy) }
        curl_slist_free_all(headers)
    }

    private func isPrepared(_ easy: UnsafeMutableRawPointer) -> Bool {
        let texts: [(CURLoption, String)] = [
            (CURLOPT_URL, fetch.url), (CURLOPT_PROTOCOLS_STR, "http,https"), (CURLOPT_PROXY, ""),
            (CURLOPT_USERAGENT, "latencyd"), (CURLOPT_ACCEPT_ENCODING, "gzip"),
        ]
        let numbers: [(CURLoption, Int)] = [
            // Without signals, which belong to the main loop.
            (CURLOPT_NOSIGNAL, 1), (CURLOPT_FOLLOWLOCATION, 0), (CURLOPT_HTTPGET, 1),
            (CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(fetch.connectSeconds)),
            (CURLOPT_TIMEOUT_MS, Self.milliseconds(fetch.totalSeconds)),
        ]
        return texts.allSatisfy { csystem_curl_set_text(easy, $0, $1) == CURLE_OK }
            && numbers.allSatisfy { csystem_curl_set_long(easy, $0, $1) == CURLE_OK }
            && csystem_curl_set_list(easy, CURLOPT_HTTPHEADER, headers) == CURLE_OK
            && csystem_curl_set_writer(easy, Self.take, Unmanaged.passUnretained(self).toOpaque()) == CURLE_OK
    }

    /// Zero would mean no limit.
    private static func milliseconds(_ seconds: Double) -> Int { Int(min(max(seconds, 0.001), 86_400) * 1_000) }

    /// The library says that the transfer has ended.
    func end(_ code: CURLcode) {
        guard let easy else { return }
        guard code == CURLE_OK else {
            result = .failure(isTooLong ? .tooLong(limitBytes: fetch.bodyBytesMax) : Self.error(code))
            return
        }
        result = .success(
            HTTPPage(
                status: csystem_curl_status(easy),
                contentType: csystem_curl_content_type(easy).flatMap { String(validatingCString: $0) }, body: body,
                seconds: csystem_curl_seconds(easy)))
    }

    private static let take: csystem_curl_write = { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let transfer = Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue()
        // The limit holds for what was unpacked: a small packed body can be a huge one.
        guard transfer.body.count + size * count <= transfer.fetch.bodyBytesMax else {
            transfer.isTooLong = true
            return 0
        }
        transfer.body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: size * count))
        return size * count
    }

    private static func error(_ code: CURLcode) -> HTTPFetchError {
        let words = String(cString: curl_easy_strerror(code))
        return switch code {
        case CURLE_URL_MALFORMAT: .badURL
        case CURLE_COULDNT_RESOLVE_HOST: .notResolved
        case CURLE_COULDNT_CONNECT: .notConnected
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        // What does not begin as HTTP/1 does is HTTP/0.9 to the library, which is not supported.
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE,
            CURLE_BAD_CONTENT_ENCODING,
            CURLE_RECV_ERROR:
            .malformed
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE:
            .notSecure(words)
        default: .other(words)
        }
    }
}
