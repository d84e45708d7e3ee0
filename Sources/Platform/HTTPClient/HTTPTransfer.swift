internal import CSystem
import Glibc

/// One page on its way. Lives as long as its handle: the library knows its address.
final class HTTPTransfer {
    private let fetch: HTTPFetch
    /// Nil when memory was short, or the library refused an option.
    private(set) var easy: UnsafeMutableRawPointer?
    /// The library's words when it failed.
    let words: UnsafeMutablePointer<CChar>
    private var headers: UnsafeMutablePointer<curl_slist>?
    private var body: [UInt8] = []
    private let sink: (any HTTPBodySink)?
    /// What has come, packed or not.
    private var rawBytes = 0
    private var takenBytes = 0
    /// Nil where the body is not packed.
    private var gzip: GzipReader?
    /// Why the writer ended the transfer.
    private var refusal: HTTPFetchError?
    private(set) var result: Result<HTTPPage, HTTPFetchError> = .failure(.other("the HTTP library cannot be used"))

    init(_ fetch: HTTPFetch, sink: (any HTTPBodySink)? = nil) {
        self.fetch = fetch
        self.sink = sink
        words = .allocate(capacity: Int(CURL_ERROR_SIZE))
        words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        // Without this check the library would guess the protocol of `localhost:80`.
        guard ["http://", "https://"].contains(where: { fetch.url.lowercased().hasPrefix($0) }) else {
            result = .failure(.badURL)
            return
        }
        guard fetch.authorization?.canBeSent ?? true else {
            result = .failure(.badAuthorization)
            return
        }
        easy = curl_easy_init()
        guard let easy else { return }
        // The library would unpack as well, but does not say when the end is missing.
        headers = curl_slist_append(headers, "Accept-Encoding: gzip")
        for header in fetch.headers { headers = curl_slist_append(headers, header) }
        if case .bearer(let token)? = fetch.authorization {
            headers = curl_slist_append(headers, "Authorization: Bearer \(token)")
        }
        if !isPrepared(easy) {
            curl_easy_cleanup(easy)
            self.easy = nil
        }
    }

    deinit {
        if let easy { curl_easy_cleanup(easy) }
        curl_slist_free_all(headers)
        words.deallocate()
    }

    private func isPrepared(_ easy: UnsafeMutableRawPointer) -> Bool {
        var texts: [(CURLoption, String)] = [
            (CURLOPT_URL, fetch.url), (CURLOPT_PROTOCOLS_STR, "http,https"), (CURLOPT_PROXY, ""),
            (CURLOPT_USERAGENT, "latencyd"),
        ]
        if case .basic(let user, let password)? = fetch.authorization {
            texts += [(CURLOPT_USERNAME, user), (CURLOPT_PASSWORD, password)]
        }
        let files = [
            (CURLOPT_CAINFO, fetch.security.authoritiesFile), (CURLOPT_SSLCERT, fetch.security.certificateFile),
            (CURLOPT_SSLKEY, fetch.security.keyFile),
        ]
        texts += files.compactMap { option, file in file.map { (option, $0) } }
        if let form = fetch.form { texts.append((CURLOPT_COPYPOSTFIELDS, form)) }
        let verifies = fetch.security.trustsAnybody ? 0 : 1
        let numbers: [(CURLoption, Int)] = [
            // Without signals, which belong to the main loop.
            (CURLOPT_NOSIGNAL, 1), (CURLOPT_FOLLOWLOCATION, 0),
            (fetch.form == nil ? CURLOPT_HTTPGET : CURLOPT_POST, 1),
            (CURLOPT_SSL_VERIFYPEER, verifies),
            (CURLOPT_SSL_VERIFYHOST, fetch.security.trustsAnyHost ? 0 : verifies * 2),
            (CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(fetch.connectSeconds)),
            (CURLOPT_TIMEOUT_MS, Self.milliseconds(fetch.totalSeconds)),
        ]
        return texts.allSatisfy { csystem_curl_set_text(easy, $0, $1) == CURLE_OK }
            && numbers.allSatisfy { csystem_curl_set_long(easy, $0, $1) == CURLE_OK }
            && csystem_curl_set_list(easy, CURLOPT_HTTPHEADER, headers) == CURLE_OK
            && csystem_curl_set_words(easy, words) == CURLE_OK
            && csystem_curl_set_writer(easy, Self.take, Unmanaged.passUnretained(self).toOpaque()) == CURLE_OK
    }

    /// Zero would mean no limit.
    private static func milliseconds(_ seconds: Double) -> Int { Int(min(max(seconds, 0.001), 86_400) * 1_000) }

    /// The library says that the transfer has ended.
    func end(_ code: CURLcode) {
        guard let easy else { return }
        guard code == CURLE_OK else {
            result = .failure(refusal ?? error(code, easy))
            return
        }
        let status = csystem_curl_status(easy)
        // Of a page that is none, as of status 204, nothing need have come.
        if status == 200 && rawBytes == 0 { beginBody() }
        if let refusal {
            result = .failure(refusal)
            return
        }
        if let gzip, !gzip.isWhole {
            result = .failure(.notUnpacked("the packed (gzip) answer was cut short"))
            return
        }
        result = .success(
            HTTPPage(
                status: status,
                contentType: contentType(easy), body: body,
                seconds: csystem_curl_seconds(easy)))
    }

    private static let take: csystem_curl_write = { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let transfer = Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue()
        return transfer.take(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
    }

    private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if rawBytes == 0 { beginBody() }
        rawBytes += bytes.count
        guard refusal == nil else { return false }
        // A packed body can be long and hold nothing.
        guard rawBytes <= fetch.bodyBytesMax else { return refuse(.tooLong(limitBytes: fetch.bodyBytesMax)) }
        guard let gzip else { return takeUnpacked(bytes) }
        do {
            return try gzip.take(bytes, takeUnpacked)
        } catch {
            return refuse(.notUnpacked("the answer says that it is packed (gzip), and is not, or is damaged"))
        }
    }

    /// The head is there: how the body is packed.
    private func beginBody() {
        guard let easy, let encoding = csystem_curl_header(easy, "Content-Encoding") else { return }
        switch String(cString: encoding).lowercased() {
        case "gzip", "x-gzip": gzip = GzipReader()
        case "identity", "": break
        default: refusal = .notUnpacked("the answer is packed in another way than gzip, which was asked for")
        }
    }

    private func refuse(_ reason: HTTPFetchError) -> Bool {
        refusal = reason
        return false
    }

    private func takeUnpacked(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let isFirst = takenBytes == 0
        takenBytes += bytes.count
        // The limit holds for what was unpacked: a small packed body can be a huge one.
        guard takenBytes <= fetch.bodyBytesMax else { return refuse(.tooLong(limitBytes: fetch.bodyBytesMax)) }
        guard let sink else {
            // Never room for more than may come.
            if body.capacity < takenBytes {
                body.reserveCapacity(min(max(takenBytes, 2 * body.capacity), fetch.bodyBytesMax))
            }
            body.append(contentsOf: bytes)
            return true
        }
        if isFirst, let easy { sink.begin(status: csystem_curl_status(easy), contentType: contentType(easy)) }
        return sink.take(bytes) || refuse(.notTaken)
    }

    private func contentType(_ easy: UnsafeMutableRawPointer) -> String? {
        csystem_curl_content_type(easy).flatMap { String(validatingCString: $0) }
    }
}
