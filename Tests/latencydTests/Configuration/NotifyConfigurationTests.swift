import TestSupport
import Testing

@testable import Collectors
@testable import Platform
@testable import latencyd

@Suite("Configuration: notify")
struct NotifyConfigurationTests {
    private func notify(_ text: String) throws -> NotifyConfiguration {
        try decode("notify: \(text)").configuration.notify
    }

    @Test("takes an Alertmanager with all that leads to it")
    func whole() throws {
        #expect(try notify("").alertmanagers.isEmpty)
        let found = try notify(
            "{alertmanagers: [{url: \"http://a:9093\"}, {url: \"https://b/am/\", timeout: 3s, bearer_token_file: /t, "
                + "tls: {ca_file: /c, insecure_skip_verify: false}}, "
                + "{url: \"http://c\", basic_auth: {username: u, password_file: /p}}]}"
        ).alertmanagers
        #expect(found.map(\.alertsURL) == ["http://a:9093", "https://b/am", "http://c"].map { $0 + "/api/v2/alerts" })
        #expect(found.map(\.credentials) == [nil, .bearer(tokenFile: "/t"), .basic(user: "u", passwordFile: "/p")])
        #expect(found[1].timeout == .seconds(3))
        #expect(found[1].security.authoritiesFile == "/c")
    }

    @Test(
        "says what is wrong",
        arguments: [
            ("[{}]", "write where the Alertmanager is"), ("[http://a]", "not a mapping"),
            ("[{url: ftp://a}]", "http"), ("[{url: \"http://a/api/v2/alerts\"}]", "leave out /api/v2/alerts"),
            ("[{url: \"http://u:p@a\"}]", "without a password in it"),
            ("[{url: \"http://a\"}, {url: \"http://a/\"}]", "in the list already"),
            ("[{url: \"http://a\", timeout: 0s}]", "timeout"), ("[{url: \"http://a\", ulr: b}]", "did you mean 'url'?"),
            (
                "[{url: \"http://a\", bearer_token_file: /t, basic_auth: {username: u, password_file: /p}}]",
                "the Alertmanager has a bearer_token_file already"
            ),
        ])
    func wrong(text: String, words: String) {
        let lines = errorLines("notify: {alertmanagers: \(text)}")
        #expect(lines.contains { $0.contains(words) }, "\(lines)")
    }
}
