internal import CSystem
import Glibc

/// Fetches pages over HTTP, several at once, on the thread that asks (libcurl's multi interface).
///
/// Connections stay open from one ``fetch(_:)`` to the next. Redirects are not followed, cookies not kept, and proxies
/// of the environment not used: what is asked for stands in the URL. Owned by one thread; not Sendable.
public final class HTTPClient {
    /// Pages fetched at the same time; further ones wait.
    public static let transfersMax = 64
    /// The longest wait for the network before the clock is looked at again.
    private static let waitMilliseconds: Int32 = 1_000

    private let multi: UnsafeMutableRawPointer

    /// Nil when memory is short, or the library cannot be used.
    public init?() {
        guard Self.isUsable, let multi = curl_multi_init() else { return nil }
        self.multi = multi
    }

    deinit { _ = curl_multi_cleanup(multi) }

    private static let isUsable = csystem_curl_init() == CURLE_OK

    /// Fetches all of `fetches`, and returns when each has a page or an error; in the same order.
    public func fetch(_ fetches: [HTTPFetch]) -> [Result<HTTPPage, HTTPFetchError>] {
        var results: [Result<HTTPPage, HTTPFetchError>] = []
        var rest = fetches[...]
        while !rest.isEmpty {
            results += fetchTogether(Array(rest.prefix(Self.transfersMax)))
            rest = rest.dropFirst(Self.transfersMax)
        }
        return results
    }

    private func fetchTogether(_ fetches: [HTTPFetch]) -> [Result<HTTPPage, HTTPFetchError>] {
        let transfers = fetches.map { HTTPTransfer($0) }
        let added = transfers.filter { $0.easy.map { curl_multi_add_handle(multi, $0) } == CURLM_OK }
        var running: Int32 = 0
        repeat {
            guard curl_multi_perform(multi, &running) == CURLM_OK else { break }
            takeEnded()
            // Times out by itself for the transfers' own deadlines.
            if running > 0 { curl_multi_poll(multi, nil, 0, Self.waitMilliseconds, nil) }
        } while running > 0
        takeEnded()
        for transfer in added { _ = curl_multi_remove_handle(multi, transfer.easy) }
        return transfers.map(\.result)
    }

    private func takeEnded() {
        var code = CURLE_OK
        while let easy = csystem_curl_next_ended(multi, &code) {
            guard let context = csystem_curl_context(easy) else { continue }
            Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue().end(code)
        }
    }
}
