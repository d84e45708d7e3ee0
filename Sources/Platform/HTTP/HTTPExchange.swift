internal import CSystem
internal import Glibc

/// One request on its way through libmicrohttpd. Lives on the server's thread only.
final class HTTPExchange {
    private let target: RequestTarget?
    /// Where it stands in memory, until the head is complete.
    private var rawTarget: UnsafeRawBufferPointer?
    private var hasHead = false
    private var isAccepted = false
    /// What the gate has decided; nil while it was not asked or has not decided.
    private let decision = Monitor<Decision?>(nil)

    private enum Decision: Sendable {
        case admitted
        case refused(HTTPResponse)
    }

    init(_ target: RequestTarget?, at place: UnsafeRawBufferPointer? = nil) {
        self.target = target
        rawTarget = place
    }

    /// The head is complete (first call), or the request is (second call).
    func advance(
        _ core: ServerCore, _ connection: OpaquePointer, method: UnsafePointer<CChar>, version: UnsafePointer<CChar>
    ) -> MHD_Result {
        if isAccepted {
            return answer(core, connection, method: String(cString: method), headers: Self.headers(connection).fields)
        }
        hasHead = true
        let headBytes = csystem_http_head_bytes(connection)
        var spans = HeadSpans(gapBytesMax: core.limits.requestHeadBytesMax)
        if let rawTarget { spans.add(rawTarget.baseAddress, rawTarget.count) }
        rawTarget = nil
        spans.add(version, strlen(version))
        let headers: [HTTPField]
        (headers, spans) = Self.headers(connection, spans)
        spans.close(UnsafeRawPointer(method) + headBytes)
        let (method, version) = (String(cString: method), String(cString: version))
        core.headCompleted(csystem_http_descriptor(connection), bytes: headBytes)
        let check = RequestCheck(limits: core.limits)
        guard
            let refusal = check.refusal(
                method: method, version: version, target: target, headers: headers, headBytes: headBytes,
                hasZero: spans.hasStray)
        else {
            isAccepted = true
            return .YES
        }
        return refuse(refusal, core, connection)
    }

    /// The response was sent or given up. libmicrohttpd refuses some heads by itself: these are counted here.
    func end(_ core: ServerCore, _ connection: OpaquePointer) {
        let descriptor = csystem_http_descriptor(connection)
        let status = Int(csystem_http_status(connection))
        if !hasHead, let reason = Self.reason(ofStatus: status) { core.count(reason, descriptor) }
        core.responseEnded(descriptor, status: status)
    }

    private static func reason(ofStatus status: Int) -> HTTPRefusal? {
        switch status {
        case 0: nil
        case 413: .body
        case 414, 431: .headTooLong
        default: .malformed
        }
    }

    private func answer(_ core: ServerCore, _ connection: OpaquePointer, method: String, headers: [HTTPField])
        -> MHD_Result
    {
        guard let target else { return .NO }
        let request = HTTPRequest(
            method: method == "HEAD" ? "GET" : method, path: target.path,
            query: target.query.map { ($0.name, $0.value) }, headers: headers,
            peer: csystem_http_peer(connection).map(SocketAddress.text) ?? "")
        switch admission(of: request, core, connection) {
        case nil: return .YES
        case .admitted?: break
        case .refused(let response)?:
            return ResponseBody(small: response.body.bytes).queue(
                connection, status: response.status, headers: core.complete(response.headers))
        }
        let response = core.handler(request)
        guard let body = ResponseBody(response.body, of: core, to: csystem_http_descriptor(connection)) else {
            let refusal = RequestCheck.Refusal(.responseBytes, 503, "too much is being sent to others; try again later")
            return refuse(refusal, core, connection)
        }
        let status = (200...599).contains(response.status) ? response.status : 500
        return body.queue(connection, status: status, headers: core.complete(response.headers))
    }

    /// What the gate says of the request; nil when the connection waits for that, suspended.
    private func admission(of request: HTTPRequest, _ core: ServerCore, _ connection: OpaquePointer) -> Decision? {
        guard let gate = core.access.gate else { return .admitted }
        if let decided = decision.withLock({ $0 }) { return decided }
        switch gate.decide(request) {
        case .admitted: return .admitted
        case .refused(let response): return .refused(response)
        case .pending(let begin):
            // Before the gate begins, for it may be done at once. While suspended the exchange stays, and so does the
            // connection.
            MHD_suspend_connection(connection)
            let (suspended, decision) = (SuspendedConnection(connection: connection), decision)
            begin { refusal in
                decision.withLock { $0 = refusal.map { .refused($0) } ?? .admitted }
                suspended.resume()
            }
            return nil
        }
    }

    /// A connection that waits for its gate. `@unchecked Sendable`: libmicrohttpd lets any thread resume one.
    private struct SuspendedConnection: @unchecked Sendable {
        let connection: OpaquePointer

        func resume() { MHD_resume_connection(connection) }
    }

    private func refuse(_ refusal: RequestCheck.Refusal, _ core: ServerCore, _ connection: OpaquePointer) -> MHD_Result
    {
        core.count(refusal.reason, csystem_http_descriptor(connection))
        let response = HTTPResponse.text(refusal.status, refusal.text)
        let headers = core.complete(response.headers + refusal.headers)
        return ResponseBody(small: response.body.bytes).queue(
            connection, status: refusal.status, headers: headers, closes: true)
    }

    private static func headers(
        _ connection: OpaquePointer, _ spans: HeadSpans = HeadSpans(gapBytesMax: 0)
    ) -> (fields: [HTTPField], spans: HeadSpans) {
        var found = (fields: [HTTPField](), spans: spans)
        withUnsafeMutablePointer(to: &found) { found in
            _ = MHD_get_connection_values_n(
                connection, .HEADER_KIND,
                { found, _, name, nameBytes, value, valueBytes in
                    guard let found = found?.assumingMemoryBound(to: (fields: [HTTPField], spans: HeadSpans).self)
                    else {
                        return .NO
                    }
                    found.pointee.fields.append(HTTPField(text(name, nameBytes), text(value, valueBytes)))
                    found.pointee.spans.add(name, nameBytes)
                    found.pointee.spans.add(value, valueBytes)
                    return .YES
                }, found)
        }
        return found
    }
}

private func text(_ bytes: UnsafePointer<CChar>?, _ count: Int) -> String {
    String(decoding: UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count), as: UTF8.self)
}
