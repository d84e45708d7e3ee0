import Collectors
import Platform
import Testing

@testable import latencyd

@Suite("services in the configuration")
struct ServiceConfigurationTests {
    private func service(_ text: String) throws -> ServiceConfiguration {
        try #require(try decode("services: [{\(text)}]").configuration.services.first)
    }

    @Test("a profile alone is enough: name, URL and times have defaults")
    func defaults() throws {
        let settings = try service("profile: triton").settings
        #expect(settings.name == "triton")
        #expect(settings.profileID == "triton")
        #expect(settings.url == "http://127.0.0.1:8002/metrics")
        #expect(settings.apiURL == nil)
        #expect(settings.interval == 5)
        #expect(settings.timeout == 5)
        #expect(settings.credentials == nil)
    }

    @Test(
        "the time for an answer is the interval's, ten seconds at the most, unless it is said",
        arguments: [("2s", nil, 2.0), ("30s", nil, 10), ("1s", "4s", 4)] as [(String, String?, Double)])
    func timeouts(interval: String, timeout: String?, expected: Double) throws {
        let tail = timeout.map { ", timeout: \($0)" } ?? ""
        #expect(try service("profile: triton, interval: \(interval)\(tail)").settings.timeout == expected)
    }

    @Test(
        "a URL without a path gets the profile's",
        arguments: [
            ("http://h:1", "http://h:1/metrics"), ("http://h:1/", "http://h:1/metrics"),
            ("https://h", "https://h/metrics"),
            ("http://h:1/m", "http://h:1/m"), ("http://[::1]:80?x=1", "http://[::1]:80?x=1"),
        ])
    func paths(written: String, read: String) throws {
        #expect(try service("profile: triton, url: \"\(written)\"").url == read)
    }

    @Test("credentials and certificates are taken")
    func access() throws {
        let token = try service(
            "profile: triton, bearer_token_file: /t, tls: {ca_file: /c, insecure_skip_verify: true}")
        #expect(token.credentials == .bearer(tokenFile: "/t"))
        #expect(token.security == HTTPSecurity(authoritiesFile: "/c", trustsAnybody: true))
        let account = try service("profile: triton, basic_auth: {username: u, password_file: /p}, max_batch_size: 8")
        #expect(account.credentials == .basic(user: "u", passwordFile: "/p"))
        #expect(account.settings.batchSizeMax == 8)
    }

    @Test("the longest page is 16 MiB unless it is said")
    func body() throws {
        #expect(try service("profile: triton").settings.bodyBytesMax == 16 << 20)
        #expect(try service("profile: triton, max_body: 64KiB").settings.bodyBytesMax == 64 << 10)
        #expect(try service("profile: triton, max_body: 256MiB").settings.bodyBytesMax == 256 << 20)
        for size in ["63KiB", "257MiB", "16", "0B", "-1MiB"] {
            #expect(throws: ConfigurationProblems.self) { try service("profile: triton, max_body: \(size)") }
        }
    }

    @Test("a profile of one's own names its signals, with alternates, units and conditions")
    func custom() throws {
        let text = """
            services:
              - name: ours
                profile: prometheus
                url: http://h:1/m
                signals:
                  queue_length: [{metric: new, kind: gauge}, {metric: old, kind: gauge}]
                  queue_time: {metric: w_sum, per: w_count, kind: mean, unit: ms, where: {status: "!bad"}}
                  request_time: {metric: r, kind: histogram}
            """
        let service = try #require(try decode(text).configuration.services.first)
        #expect(service.profile.id == "prometheus")
        #expect(service.profile.modelLabels == ["model", "model_name"])
        #expect(
            service.profile.signals == [
                .queueLength: [.gauge("new"), .gauge("old")],
                .queueTime: [.mean(of: "w_sum", per: "w_count", scale: 1e-3, where: .label("status", isNot: "bad"))],
                .requestTime: [.distribution("r")],
            ])
    }

    @Test("servers of the host are taken in where that is asked for, beside those that are named")
    func finding() throws {
        #expect(try decode("services: [{profile: triton}]").configuration.finding == nil)
        let both = try decode("services: [{profile: triton}, {profile: auto}]").configuration
        #expect(both.services.map(\.name) == ["triton"])
        #expect(both.finding == FindingConfiguration())
        let settings = try decode("services: [{profile: auto, interval: 30s, timeout: 2s}]").configuration
            .serviceSettings(ownPort: 9_959)
        #expect(settings.services.isEmpty)
        #expect(settings.finding == ServerFinding(interval: 30, timeout: 2, ownPort: 9_959))
        let slow = try decode("services: [{profile: auto, interval: 30s}]").configuration
        #expect(slow.serviceSettings(ownPort: 1).finding?.timeout == 10)
    }

    @Test(
        "what is wrong is told with place and remedy",
        arguments: [
            ("[{name: a}]", "1:12: services[0].profile: the key is missing; write one of triton"),
            ("[{profile: tritn}]", "services[0].profile: 'tritn' is not known here; did you mean 'triton'?"),
            (
                "[{profile: triton}, {profile: triton}]",
                "the service in line 1 is called 'triton' as well; give each one"
            ),
            ("[{profile: triton, url: 127.0.0.1:8002}]", "is not the URL of an HTTP server; write for example http://"),
            (
                "[{profile: triton, url: \"http://u:p@h/\"}]",
                "'http://…' is not a URL without a password in it; write basic_auth"
            ),
            ("[{profile: triton, url: \"http://h:0/\"}]", "names no port from 1 to 65535"),
            ("[{profile: triton, url: \"http:///x\"}]", "names no host"),
            ("[{profile: triton, interval: 10ms}]", "services[0].interval: "),
            ("[{profile: triton, basic_auth: {username: a}}]", "there is no whole account"),
            (
                "[{profile: triton, bearer_token_file: /a, basic_auth: {username: a, password_file: /b}}]",
                "keep one of the two"
            ),
            ("[{profile: triton, tls: {cert_file: /a}}]", "write both cert_file and key_file"),
            ("[{profile: triton, signals: {queue_length: {metric: a, kind: gauge}}}]", "write profile: prometheus"),
            ("[{profile: prometheus, url: \"http://h/\"}]", "services[0].signals: the key is missing"),
            (
                "[{profile: prometheus, signals: {queue_length: {metric: a, kind: gauge}}}]",
                "services[0].url: the key is missing"
            ),
            (
                "[{profile: prometheus, url: \"http://h/\", signals: {queue: {metric: a, kind: gauge}}}]",
                "services[0].signals.queue: unknown key"
            ),
            (
                "[{profile: prometheus, url: \"http://h/\", signals: {queue_time: {metric: a, kind: mean}}}]",
                "kind mean needs 'per'"
            ),
            (
                "[{profile: auto, name: a}]",
                "services[0].name: profile auto takes in every server by its defaults; leave"
            ),
            ("[{profile: auto, url: \"http://h/\"}]", "services[0].url: profile auto takes in"),
            ("[{profile: auto}, {profile: auto}]", "services[1]: line 1 says so already; leave one of the two out"),
            ("[{profile: auto, interval: 1ms}]", "services[0].interval: "),
            ("[{profile: autp}]", "did you mean 'auto'?"),
            ("[triton]", "the service is the single value 'triton', not a mapping"),
        ])
    func refused(services: String, says: String) {
        let lines = errorLines("services: \(services)")
        #expect(lines.count == 1, "\(lines)")
        #expect(lines.first?.contains(says) == true, "\(lines)")
    }

    @Test("the profiles and signals on the page of the manual are those that there are")
    func page() throws {
        let text = "services: [" + ServiceProfiles.all.map { "{profile: \($0.id)}" }.joined(separator: ", ") + "]"
        let services = try decode(text).configuration.services
        #expect(services.map(\.name) == ServiceProfiles.all.map(\.id))
    }
}
