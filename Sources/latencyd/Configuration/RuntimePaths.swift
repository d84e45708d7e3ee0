/// Where the sockets and the state lie in this run.
///
/// The default folders belong to the system's installation. A plain user who may not use them gets folders of their
/// own, as the XDG base directory specification names them. A path of the configuration is never replaced.
struct RuntimePaths: Equatable, Sendable {
    var datagramSocket: String
    var streamSocket: String
    /// A folder.
    var state: String
    /// What differs from the defaults and why, for the start line; empty when nothing does.
    var notes: [String] = []
}

extension RuntimePaths {
    /// - Parameters:
    ///   - environment: of the process.
    ///   - bindsSockets: false where the service manager handed the sockets over; their folder need not be usable then.
    ///   - isUsable: whether a folder can be written to, or created.
    init(
        configuration: Configuration, environment: [String: String], bindsSockets: Bool = true,
        isUsable: (String) -> Bool
    ) {
        let folders = UserFolders(environment)
        state = configuration.storage.path ?? StorageConfiguration.pathDefault
        if configuration.storage.path == nil {
            let choice = Self.choose(
                StorageConfiguration.pathDefault, [folders.state], setting: "storage.path", isUsable)
            state = choice.folder
            notes += choice.notes
        }
        var folder = PushConfiguration.folderDefault
        if bindsSockets, configuration.push.datagramSocket == nil || configuration.push.streamSocket == nil {
            let choice = Self.choose(
                PushConfiguration.folderDefault, [folders.runtime, folders.state],
                setting: "push.datagram_socket and push.stream_socket"
            ) { folder in
                isUsable(folder) && Self.holdsSockets(folder)
            }
            folder = choice.folder
            notes += choice.notes
        }
        datagramSocket = configuration.push.datagramSocket ?? "\(folder)/\(PushConfiguration.datagramSocketName)"
        streamSocket = configuration.push.streamSocket ?? "\(folder)/\(PushConfiguration.streamSocketName)"
    }

    /// The first usable folder. Where none is, the default: what fails there names it.
    private static func choose(
        _ standard: String, _ others: [String?], setting: String, _ isUsable: (String) -> Bool
    ) -> (folder: String, notes: [String]) {
        if isUsable(standard) { return (standard, []) }
        let candidates = others.compactMap { $0 }
        if let folder = candidates.first(where: isUsable) {
            return (folder, ["this user cannot write to \(standard); \(folder) is used instead"])
        }
        let tried = ([standard] + candidates).joined(separator: " nor to ")
        let verb = candidates.isEmpty ? "cannot write to" : "can write neither to"
        return (standard, ["this user \(verb) \(tried); set \(setting)"])
    }

    private static func holdsSockets(_ folder: String) -> Bool {
        folder.utf8.count + 1 + PushConfiguration.streamSocketName.utf8.count <= PathScalar.socketBytesMax
    }
}

/// The folders that belong to a user.
private struct UserFolders {
    /// `$XDG_RUNTIME_DIR/latencyd`; nil without that variable.
    var runtime: String?
    /// `$XDG_STATE_HOME/latencyd`, else `~/.local/state/latencyd`; nil without a home.
    var state: String?

    init(_ environment: [String: String]) {
        // The specification wants relative paths to be ignored.
        func folder(_ variable: String) -> String? {
            guard let path = environment[variable], path.hasPrefix("/") else { return nil }
            return PathScalar.normalised(path)
        }
        runtime = folder("XDG_RUNTIME_DIR").map { $0 + "/latencyd" }
        state = (folder("XDG_STATE_HOME") ?? folder("HOME").map { $0 + "/.local/state" }).map { $0 + "/latencyd" }
    }
}
