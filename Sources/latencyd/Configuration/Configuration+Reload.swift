extension Configuration {
    /// The settings that differ from `running` and take effect only at the next start.
    func keysNeedingRestart(since running: Configuration) -> [String] {
        let fixed: [(key: String, isSame: Bool)] = [
            ("web.listen_address", web.listenAddress == running.web.listenAddress),
            ("web.config_file", web.accessFile == running.web.accessFile),
            ("storage.path", storage.path == running.storage.path),
            ("storage.retention", storage.retention == running.storage.retention),
            ("storage.max_size", storage.maxSizeBytes == running.storage.maxSizeBytes),
            ("push.datagram_socket", push.datagramSocket == running.push.datagramSocket),
            ("push.stream_socket", push.streamSocket == running.push.streamSocket),
            ("push.socket_mode", push.socketMode == running.push.socketMode),
            ("push.socket_group", push.socketGroup == running.push.socketGroup),
            ("push.buckets", push.buckets == running.push.buckets),
            (
                "hardware.collectors.nvidia.library",
                hardware.collector("nvidia").library == running.hardware.collector("nvidia").library
            ),
            ("alerts.quiet_start", alerts.quietStart == running.alerts.quietStart),
            ("detection.window", detection.window == running.detection.window),
        ]
        return fixed.filter { !$0.isSame }.map(\.key)
    }
}
