import Glibc
import TestSupport
import Testing

@testable import latencyd

@Suite("Runtime paths")
struct RuntimePathsTests {
    private let user = ["XDG_RUNTIME_DIR": "/run/user/7/", "HOME": "/home/u"]

    private func paths(
        of configuration: Configuration = .default, _ environment: [String: String], usable: Set<String>
    ) -> RuntimePaths {
        RuntimePaths(configuration: configuration, environment: environment) { usable.contains($0) }
    }

    @Test("the system's folders serve where they can be used, without a word")
    func system() {
        #expect(
            paths(user, usable: ["/run/latencyd", "/var/lib/latencyd", "/run/user/7/latencyd"])
                == RuntimePaths(
                    datagramSocket: "/run/latencyd/timings.sock", streamSocket: "/run/latencyd/timings-stream.sock",
                    state: "/var/lib/latencyd"))
    }

    @Test("a plain user gets folders of their own, and a note for each")
    func plainUser() {
        #expect(
            paths(user, usable: ["/run/user/7/latencyd", "/home/u/.local/state/latencyd"])
                == RuntimePaths(
                    datagramSocket: "/run/user/7/latencyd/timings.sock",
                    streamSocket: "/run/user/7/latencyd/timings-stream.sock",
                    state: "/home/u/.local/state/latencyd",
                    notes: [
                        "this user cannot write to /var/lib/latencyd; /home/u/.local/state/latencyd is used instead",
                        "this user cannot write to /run/latencyd; /run/user/7/latencyd is used instead",
                    ]))
    }

    @Test("XDG_STATE_HOME goes before the home folder, and a relative one is ignored")
    func stateHome() {
        let all: Set<String> = ["/x/latencyd", "/home/u/.local/state/latencyd", "/run/latencyd", "rel/latencyd"]
        #expect(paths(["XDG_STATE_HOME": "/x", "HOME": "/home/u"], usable: all).state == "/x/latencyd")
        #expect(
            paths(["XDG_STATE_HOME": "rel", "HOME": "/home/u"], usable: all).state == "/home/u/.local/state/latencyd")
    }

    @Test("without a runtime folder the sockets lie beside the state")
    func noRuntimeFolder() {
        let paths = paths(["HOME": "/home/u"], usable: ["/home/u/.local/state/latencyd"])
        #expect(paths.datagramSocket == "/home/u/.local/state/latencyd/timings.sock")
        #expect(paths.notes.count == 2)
    }

    @Test("a folder whose sockets would not fit an address is passed over")
    func longFolder() {
        // timings-stream.sock and its slash take 20 of the 107 bytes.
        let fitting = "/" + String(repeating: "r", count: 87 - 1 - "/latencyd".count)
        for (runtime, isTaken) in [(fitting, true), (fitting + "r", false)] {
            let paths = paths(
                ["XDG_RUNTIME_DIR": runtime, "HOME": "/h"],
                usable: ["\(runtime)/latencyd", "/h/.local/state/latencyd"])
            #expect(paths.streamSocket.hasPrefix(runtime) == isTaken)
            #expect(paths.streamSocket.utf8.count <= 107)
        }
    }

    @Test("where nothing can be used the defaults stay, and the note names the setting")
    func nothingUsable() {
        let paths = paths([:], usable: [])
        #expect(paths.datagramSocket == "/run/latencyd/timings.sock")
        #expect(paths.state == "/var/lib/latencyd")
        #expect(paths.notes.count == 2)
        #expect(paths.notes[0].hasSuffix("set storage.path"))
        #expect(paths.notes[1].hasSuffix("set push.datagram_socket and push.stream_socket"))
    }

    @Test("a path of the configuration is never replaced, though it is the default one")
    func explicit() {
        var configuration = Configuration.default
        configuration.storage.path = "/var/lib/latencyd"
        configuration.push.datagramSocket = "/run/latencyd/timings.sock"
        let paths = paths(of: configuration, user, usable: ["/run/user/7/latencyd", "/home/u/.local/state/latencyd"])
        #expect(paths.state == "/var/lib/latencyd")
        #expect(paths.datagramSocket == "/run/latencyd/timings.sock")
        #expect(paths.streamSocket == "/run/user/7/latencyd/timings-stream.sock")
        #expect(paths.notes.count == 1)
        configuration.push.streamSocket = "/s"
        #expect(self.paths(of: configuration, user, usable: []).notes == [])
    }

    @Test("of sockets that the service manager handed over, the folder need not be usable")
    func handedOver() {
        let environment = ["HOME": "/var/lib/latencyd"]
        let paths = RuntimePaths(configuration: .default, environment: environment, bindsSockets: false) {
            $0 == "/var/lib/latencyd"
        }
        #expect(paths.notes == [])
        #expect(paths.datagramSocket == "/run/latencyd/timings.sock")
    }

    @Test("a folder is usable when it, or the nearest one above it, can be written to")
    func folderAccess() throws {
        let folder = TemporaryFolder()
        let file = folder.write([], to: "latencyd.yml")
        #expect(FolderAccess.isUsable(folder.path))
        #expect(FolderAccess.isUsable("\(folder.path)/a/b"))
        #expect(!FolderAccess.isUsable(file))
        #expect(!FolderAccess.isUsable("\(file)/a"))
    }
}
