internal import CSystem
import Glibc

/// Fetches pages over HTTP, several at once, on the thread that asks (libcurl's multi interface).
///
/// Connections stay open from one fetch to the next. Redirects are not followed, cookies not kept, and proxies of the
/// environment not used: what is asked for stands in the URL. Owned by one thread; not Sendable.
public final class HTTPClient {
    /// Pages fetched at the same time where nothing else is said.
    public static let transfersMaxDefault = 64
    /// The longest wait for the network before the clock is looked at again.
    private static let waitSecondsMax = 1.0

    /// A fetch that was begun.
    public struct ID: Hashable, Sendable {
        fileprivate let number: UInt64
    }

    /// A fetch that has ended.
    public struct Ended: Sendable {
        public let id: ID
        public let result: Result<HTTPPage, HTTPFetchError>
    }

    private let transfersMax: Int
    private let multi: UnsafeMutableRawPointer
    private var nextNumber: UInt64 = 0
    private var transfers: [ID: HTTPTransfer] = [:]
    /// Those that wait for a place, the first one first.
    private var waiting: [(id: ID, transfer: HTTPTransfer)] = []
    /// Those that never began.
    private var failed: [Ended] = []

    /// Nil when memory is short, or the library cannot be used.
    ///
    /// - Parameter transfersMax: pages fetched at the same time; further ones wait.
    public init?(transfersMax: Int = transfersMaxDefault) {
        guard Self.isUsable, let multi = curl_multi_init() else { return nil }
        self.multi = multi
        self.transfersMax = transfersMax
    }

    deinit {
        for transfer in transfers.values { _ = curl_multi_remove_handle(multi, transfer.easy) }
        _ = curl_multi_cleanup(multi)
    }

    private static let isUsable = csystem_curl_init() == CURLE_OK

    /// Begins a fetch, whose end ``wait(seconds:or:)`` tells. Its time counts from the moment when it has a place.
    ///
    /// - Parameter sink: takes the body as it comes; without one the page carries it.
    public func begin(_ fetch: HTTPFetch, into sink: (any HTTPBodySink)? = nil) -> ID {
        let id = ID(number: nextNumber)
        nextNumber &+= 1
        let transfer = HTTPTransfer(fetch, sink: sink)
        if transfer.easy == nil {
            failed.append(Ended(id: id, result: transfer.result))
        } else {
            waiting.append((id, transfer))
            fillPlaces()
        }
        return id
    }

    /// Breaks a fetch off; it is not told any more.
    public func cancel(_ id: ID) {
        waiting.removeAll { $0.id == id }
        failed.removeAll { $0.id == id }
        guard let transfer = transfers.removeValue(forKey: id) else { return }
        _ = curl_multi_remove_handle(multi, transfer.easy)
        fillPlaces()
    }

    /// How many fetches were begun and have not been told yet.
    public var openCount: Int { transfers.count + waiting.count + failed.count }

    /// Works on the fetches until one ends, `seconds` have passed or `wakeup` has a signal; tells those that ended.
    public func wait(seconds: Double, or wakeup: Wakeup? = nil) -> [Ended] {
        var ended = work()
        guard ended.isEmpty else { return ended }
        var extra = curl_waitfd(fd: wakeup?.descriptor ?? -1, events: Int16(CURL_WAIT_POLLIN), revents: 0)
        let milliseconds = Int32((min(max(seconds, 0), 60) * 1_000).rounded(.up))
        // Wakes up by itself for the transfers' own deadlines.
        curl_multi_poll(multi, &extra, wakeup == nil ? 0 : 1, milliseconds, nil)
        ended = work()
        return ended
    }

    /// Fetches all of `fetches`, and returns when each has a page or an error; in the same order.
    ///
    /// For threads that begin no fetches otherwise.
    public func fetch(_ fetches: [HTTPFetch]) -> [Result<HTTPPage, HTTPFetchError>] {
        let ids = fetches.map { begin($0) }
        var results: [ID: Result<HTTPPage, HTTPFetchError>] = [:]
        while openCount > 0 {
            for ended in wait(seconds: Self.waitSecondsMax) { results[ended.id] = ended.result }
        }
        return ids.map { results[$0] ?? .failure(.other("the HTTP library lost it")) }
    }

    /// One step of all transfers, without waiting.
    private func work() -> [Ended] {
        var ended = failed
        failed = []
        var running: Int32 = 0
        guard curl_multi_perform(multi, &running) == CURLM_OK else { return ended + abandon() }
        var code = CURLE_OK
        while let easy = csystem_curl_next_ended(multi, &code) {
            guard let id = transfers.first(where: { $0.value.easy == easy })?.key,
                let transfer = transfers.removeValue(forKey: id)
            else { continue }
            transfer.end(code)
            _ = curl_multi_remove_handle(multi, easy)
            ended.append(Ended(id: id, result: transfer.result))
        }
        if !ended.isEmpty { fillPlaces() }
        return ended
    }

    /// The library is out of memory or of order: nothing that was begun will end well.
    private func abandon() -> [Ended] {
        let all = transfers.map { Ended(id: $0.key, result: .failure(.other("the HTTP library gave up"))) }
        for transfer in transfers.values { _ = curl_multi_remove_handle(multi, transfer.easy) }
        transfers = [:]
        return all
    }

    private func fillPlaces() {
        guard transfers.count < transfersMax, !waiting.isEmpty else { return }
        let next = waiting.prefix(transfersMax - transfers.count)
        waiting.removeFirst(next.count)
        for (id, transfer) in next {
            if curl_multi_add_handle(multi, transfer.easy) == CURLM_OK {
                transfers[id] = transfer
            } else {
                failed.append(Ended(id: id, result: transfer.result))
            }
        }
    }
}
