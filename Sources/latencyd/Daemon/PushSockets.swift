internal import Platform

/// The push sockets of this run: those that the service manager handed over, else bound as configured.
struct PushSockets {
    var sockets: [UnixSocket] = []
    /// What went not quite as configured, for the log.
    var warnings: [String] = []

    init(
        _ push: PushConfiguration, paths: RuntimePaths, handedOver: ListenDescriptors
    ) throws(UnixSocketError) {
        warnings += handedOver.ignored.map(\.description)
        sockets += handedOver.datagram.map {
            UnixSocket(handedOver: $0.descriptor, kind: .datagram, path: $0.path ?? $0.name)
        }
        sockets += handedOver.stream.map {
            UnixSocket(handedOver: $0.descriptor, kind: .stream, path: $0.path ?? $0.name)
        }
        guard handedOver.isEmpty else { return }
        do {
            try bind(.datagram, paths.datagramSocket, push)
            try bind(.stream, paths.streamSocket, push)
        } catch {
            close()
            throw error
        }
    }

    /// Where timings of that kind are taken, for the log; several with a comma between them.
    func paths(_ kind: UnixSocket.Kind) -> String {
        sockets.filter { $0.kind == kind }.map(\.path).joined(separator: ", ")
    }

    /// Where a socket was whose file is gone or replaced.
    var lostPaths: [String] { sockets.filter { !$0.isReachable }.map(\.path) }

    /// Closes all of them and removes the files that this process made.
    func close() {
        for socket in sockets { socket.closeAndUnlink() }
    }

    private mutating func bind(
        _ kind: UnixSocket.Kind, _ path: String, _ push: PushConfiguration
    ) throws(UnixSocketError) {
        let socket = try UnixSocket(kind: kind, path: path)
        sockets.append(socket)
        let group = push.socketGroup ?? PushConfiguration.socketGroupDefault
        // What is wrong with the group is wrong with it for both sockets, and said once.
        if let warning = socket.share(mode: push.socketMode, group: group), !warnings.contains(warning) {
            warnings.append(warning)
        }
    }
}
