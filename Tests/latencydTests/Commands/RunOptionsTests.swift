import Platform
import ArgumentParser
import TestSupport
import Testing

@testable import latencyd

@Suite("Flags of latencyd run")
struct RunOptionsTests {
    @Test("a flag goes before the file, the rest of the file stays")
    func overlay() throws {
        let folder = TemporaryFolder()
        let file = folder.write(
            Array("{web: {listen_address: 'a:1'}, storage: {path: /a}, push: {max_series: 7}}".utf8), to: "latencyd.yml"
        )
        let options = try RunOptions.parse(["--config.file", file, "--web.listen-address=b:2"])
        let configuration = try options.loadConfiguration(knownCollectors: collectorIds).configuration
        #expect(configuration.web.listenAddress == ListenAddress(host: "b", port: 2))
        #expect(configuration.storage.path == "/a")
        #expect(configuration.push.maxSeries == 7)
    }

    @Test("a storage path given by flag counts as set")
    func storagePath() throws {
        let options = try RunOptions.parse(["--storage.path", "/var/lib/latencyd"])
        #expect(try options.overlay(.default).storage.path == "/var/lib/latencyd")
    }

    @Test("without flags the defaults hold")
    func defaults() throws {
        let options = try RunOptions.parse([])
        #expect(options.host.pathSysfs == "/sys")
        #expect(options.host.pathProcfs == "/proc")
        #expect(options.logLevel == .info)
        #expect(options.logFormat == .text)
        #expect(try options.overlay(.default) == .default)
        #expect(try options.loadConfiguration(knownCollectors: []) { _ in false }.configuration == .default)
    }

    @Test("the default file is read only where there is one, a named one always")
    func file() throws {
        let unnamed = try RunOptions.parse([])
        #expect(unnamed.host.configurationFile { _ in false } == nil)
        #expect(unnamed.host.configurationFile { $0 == "/etc/latencyd/latencyd.yml" } == "/etc/latencyd/latencyd.yml")
        let named = try RunOptions.parse(["--config.file", "/nowhere/l.yml"])
        let problems = #expect(throws: ConfigurationProblems.self) {
            try named.loadConfiguration(knownCollectors: []) { _ in false }
        }
        #expect(problems?.description.hasPrefix("/nowhere/l.yml: cannot be read: No such file") == true)
    }

    @Test(
        "a wrong flag is a usage error that names the flag",
        arguments: [
            (["--web.listen-address", "9959"], "--web.listen-address: '9959' has no port"),
            (["--storage.path", "state"], "--storage.path: 'state' is no absolute path"),
            (["--path.sysfs", ""], "--path.sysfs: '' is no path"),
            (["--path.procfs", ""], "--path.procfs: '' is no path"),
            (["--log.level", "loud"], "'loud' is invalid for '--log.level <level>'"),
            (["--log.format", "xml"], "'xml' is invalid for '--log.format <format>'"),
        ])
    func wrong(arguments: [String], message: String) throws {
        let error = #expect(throws: (any Error).self) { try RunOptions.parse(arguments) }
        #expect(RunOptions.message(for: try #require(error)).contains(message))
        #expect(Latencyd.exitCode(mapping: try #require(error)) == 2)
    }

    @Test("all wrong flags are told at once")
    func several() throws {
        let error = #expect(throws: (any Error).self) {
            try RunOptions.parse(["--web.listen-address=x", "--storage.path=y"])
        }
        let message = RunOptions.message(for: try #require(error))
        #expect(message.contains("--web.listen-address: ") && message.contains("--storage.path: "))
    }
}
