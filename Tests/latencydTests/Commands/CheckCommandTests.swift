import ArgumentParser
import Glibc
import TestSupport
import Testing

@testable import latencyd

@Suite("latencyd check config")
struct CheckCommandTests {
    private func report(_ text: String) throws -> (file: String, report: ConfigurationReport) {
        let folder = TemporaryFolder()
        let file = folder.write(Array(text.utf8), to: "latencyd.yml")
        return (file, ConfigurationReport(file: file, knownCollectors: collectorIds))
    }

    @Test("a valid file is summed up, with its warnings")
    func valid() throws {
        let (file, report) = try report(
            """
            hardware: {collectors: {thermal: {enabled: false}}}
            alerts: {rules: [{timing: a, statistic: p99, thresholds: {info: 1s}}]}
            services: [{profile: triton}, {name: b, profile: llamacpp}]
            """)
        #expect(report.isValid)
        #expect(
            report.output == """
                \(file): valid
                  web: 127.0.0.1:9959
                  collectors: \(collectorIds.dropFirst().joined(separator: ", "))
                  services: 2 (triton, b)
                  rules: 1 (a p99)
                """)
    }

    @Test("a file that is not valid gives its errors only")
    func invalid() throws {
        let (file, report) = try report("web: {listen: 1}\npush: {max_series: x}\n")
        #expect(!report.isValid)
        #expect(report.output.isEmpty)
        #expect(
            report.errors == """
                \(file):1:7: web.listen: unknown key; did you mean 'listen_address'?
                \(file):2:20: push.max_series: 'x' is not a whole number; write a whole number from 1 to 1000000
                """)
    }

    @Test(
        "a file that cannot be read is named with the reason and a remedy",
        arguments: [
            ("/nowhere/latencyd.yml", "No such file or directory; name an existing file"),
            ("/etc", "it is a folder; name a file, for example /etc/latencyd.yml"),
        ])
    func unreadable(file: String, reason: String) {
        let report = ConfigurationReport(file: file, knownCollectors: [])
        #expect(report.errors.hasPrefix("\(file): cannot be read: \(reason)"))
    }

    @Test("a device is refused: it may have no end")
    func device() {
        let report = ConfigurationReport(file: "/dev/zero", knownCollectors: [])
        #expect(report.errors == "/dev/zero: cannot be read: it is a device; name a regular file")
    }

    // Opening a pipe waits for a writer: a reload would hold the main loop for ever.
    @Test("a pipe is refused at once, with nobody at its other end", .timeLimit(.minutes(1)))
    func pipe() {
        let folder = TemporaryFolder()
        let file = folder.path + "/latencyd.yml"
        #expect(mkfifo(file, 0o600) == 0)
        let report = ConfigurationReport(file: file, knownCollectors: [])
        #expect(
            report.errors == "\(file): cannot be read: it is a pipe; write it to a regular file, and name that")
    }

    @Test("a socket is refused")
    func socket() throws {
        let folder = TemporaryFolder()
        let file = folder.path + "/latencyd.yml"
        let listener = try UnixClient(.datagram, boundTo: file)
        let report = ConfigurationReport(file: file, knownCollectors: [])
        #expect(report.errors.contains("it is a socket"))
        withExtendedLifetime(listener) {}
    }

    /// What is said of one service whose key `key` names `file`.
    private func report(on key: String, _ file: String) throws -> ConfigurationReport {
        try report("services: [{profile: triton, \(key.replacing("FILE", with: file))}]\n").report
    }

    private static let goodFiles = [
        ("bearer_token_file: FILE", "services[0].bearer_token_file", "tok\n"),
        ("basic_auth: {username: u, password_file: FILE}", "services[0].basic_auth.password_file", "a password\n"),
        ("tls: {ca_file: FILE}", "services[0].tls.ca_file", pem("TRUSTED CERTIFICATE")),
        (
            "tls: {cert_file: FILE, key_file: FILE}", "services[0].tls.cert_file",
            pem("CERTIFICATE") + pem("EC PRIVATE KEY")
        ),
    ]

    private static func pem(_ label: String) -> String { "x\n-----BEGIN \(label)-----\r\nAA\n-----END \(label)-----\n" }

    @Test("files with secrets and certificates are looked into", arguments: goodFiles)
    func named(_ key: String, _ path: String, _ good: String) throws {
        let folder = TemporaryFolder()
        let file = folder.write(Array(good.utf8), to: "good")
        #expect(try report(on: key, file).errors == "")
        for (bad, why) in [("empty", "is empty"), ("none", "cannot be read: No such file or directory")] {
            if bad == "empty" { folder.write([], to: bad) }
            let errors = try report(on: key, "\(folder.path)/\(bad)").errors
            #expect(errors.contains(": \(path): \(folder.path)/\(bad) \(why)"), "\(errors)")
            #expect(errors.contains("; name a file with "))
        }
        #expect(try report(on: key, folder.path).errors.contains("is no regular file"))
    }

    @Test(
        "files that hold something else than they should are refused",
        arguments: [
            ("tls: {ca_file: FILE}", "junk", "holds no certificate in PEM"),
            ("tls: {ca_file: FILE}", pem("EC PRIVATE KEY"), "holds no certificate in PEM"),
            ("tls: {ca_file: FILE}", "-----BEGIN CERTIFICATE-----\nAA\n", "holds no certificate in PEM"),
            ("tls: {cert_file: FILE, key_file: FILE}", pem("CERTIFICATE"), "holds no private key in PEM"),
            ("bearer_token_file: FILE", "a token\n", "holds more than a token"),
            ("bearer_token_file: FILE", String(repeating: "x", count: 20_000), "is longer than 16384 bytes"),
        ])
    func otherContent(_ key: String, _ text: String, _ why: String) throws {
        let folder = TemporaryFolder()
        let file = folder.write(Array(text.utf8), to: "file")
        let errors = try report(on: key, file).errors
        #expect(errors.contains("\(file) \(why)"), "\(errors)")
    }

    @Test("a daemon starts with a file that is not there yet")
    func later() throws {
        let text = "services: [{profile: triton, bearer_token_file: /nowhere/token}]\n"
        let loaded = try Configuration.decode(text: text, fileName: "f", knownCollectors: [])
        #expect(loaded.files.map(\.path) == ["/nowhere/token"])
    }

    @Test("a file over the limit is not read to its end")
    func tooLong() throws {
        let (file, report) = try report(String(repeating: "# long\n", count: 200_000))
        #expect(report.errors == "\(file):1:1: (document): the text is longer than 1048576 bytes; shorten it")
    }

    @Test(
        "usage errors exit with 2, help and version with 0",
        arguments: [
            (["check", "config"], 2), (["check", "config", "a", "b"], 2), (["--nope"], 2), (["nope"], 2),
            (["check", "config", "a", "--nope"], 2), (["--help"], 0), (["check", "config", "--help"], 0),
            (["--version"], 0),
        ] as [([String], Int32)])
    func usage(arguments: [String], code: Int32) throws {
        let error = #expect(throws: (any Error).self) {
            var command = try Latencyd.parseAsRoot(arguments)
            try command.run()
        }
        #expect(Latencyd.exitCode(mapping: try #require(error)) == code)
    }

    @Test("what failed exits with 1")
    func failure() throws {
        let error = #expect(throws: ExitCode.self) {
            var command = try Latencyd.parseAsRoot(["check", "config", "/nowhere/latencyd.yml"])
            try command.run()
        }
        #expect(Latencyd.exitCode(mapping: try #require(error)) == 1)
        #expect(Latencyd.exitCode(mapping: ConfigurationProblems(problems: [])) == 1)
    }

    @Test("the version names release, compiler and platform")
    func version() {
        #expect(Version.line.wholeMatch(of: /latencyd, version 0\.1\.0 \(swift 6\.\d.*, linux\/(amd64|arm64)\)/) != nil)
        #expect(Latencyd.configuration.version == Version.line)
    }
}
