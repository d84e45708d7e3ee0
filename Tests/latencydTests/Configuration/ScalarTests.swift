import Platform
import Testing

@testable import latencyd

@Suite("Scalars of the configuration")
struct ScalarTests {
    @Test(
        "a duration is exact in every unit",
        arguments: [
            ("100ns", 100), ("250us", 250_000), ("250µs", 250_000), ("2.5ms", 2_500_000), ("10s", 10_000_000_000),
            ("0.1s", 100_000_000), ("15m", 900_000_000_000), ("1h", 3_600_000_000_000),
            ("35d", 3_024_000_000_000_000), ("1w", 604_800_000_000_000), ("0s", 0), ("1.000000001s", 1_000_000_001),
        ])
    func duration(text: String, nanoseconds: Int) throws {
        #expect(try DurationScalar.parse(text) == .nanoseconds(nanoseconds))
    }

    @Test(
        "what is no duration is refused",
        arguments: [
            "", "s", "10", "10 s", " 10s", "10S", "1.s", ".5s", "1e3s", "-1s", "+1s", "1s2ms", "0x1s", "١s", "10sec",
            "1.0000000001s", "99999999999999999999s", "16000w",
        ])
    func noDuration(text: String) {
        #expect(throws: ScalarProblem.self) { try DurationScalar.parse(text) }
    }

    @Test(
        "a duration is shown in the largest unit that needs no fraction",
        arguments: [("60s", "1m"), ("90s", "90s"), ("2.5ms", "2500us"), ("14d", "2w"), ("0ms", "0s"), ("7ns", "7ns")])
    func format(text: String, shown: String) throws {
        #expect(DurationScalar.format(try DurationScalar.parse(text)) == shown)
    }

    @Test(
        "seconds are the number that the text says", arguments: [("2.5ms", 0.0025), ("0.3s", 0.3), ("250us", 0.00025)])
    func seconds(text: String, value: Double) throws {
        #expect(try DurationScalar.parse(text).inSeconds == value)
    }

    @Test(
        "a size counts in 1000s or 1024s",
        arguments: [
            ("2GiB", 2_147_483_648), ("512MB", 512_000_000), ("0.5KiB", 512), ("1B", 1), ("3TB", 3_000_000_000_000),
        ])
    func size(text: String, bytes: Int) throws {
        #expect(try ByteSizeScalar.parse(text) == bytes)
    }

    @Test("what is no size is refused", arguments: ["2", "2G", "2 GiB", "0.5B", "-1MB", "9000000TiB", "GiB"])
    func noSize(text: String) {
        #expect(throws: ScalarProblem.self) { try ByteSizeScalar.parse(text) }
    }

    @Test(
        "what is no decimal number is none",
        arguments: ["nan", "inf", "-inf", "0x10", "1_000", "", "1e999", "1,5", "."])
    func noNumber(text: String) {
        #expect(NumberScalar.decimal(text) == nil)
    }

    @Test(
        "listen addresses are told apart",
        arguments: [
            ("127.0.0.1:9959", "127.0.0.1", 9959), ("[::1]:9959", "::1", 9959), (":9959", "", 9959),
            ("localhost:0", "localhost", 0), ("[::]:65535", "::", 65535), ("gpu-1.example:80", "gpu-1.example", 80),
        ] as [(String, String, UInt16)])
    func listenAddress(text: String, host: String, port: UInt16) throws {
        let address = try ListenAddressScalar.parse(text)
        #expect(address == ListenAddress(host: host, port: port))
        #expect(address.description == text)
    }

    @Test(
        "a misspelt word is recognised, another word is not",
        arguments: [
            ("listen_adress", "listen_address"), ("listen-address", "listen_address"),
            ("listenAddress", "listen_address"), ("listen", "listen_address"), ("lisetn_address", "listen_address"),
            ("LISTEN_ADDRESS", "listen_address"), ("pth", "path"), ("retention", nil), ("x", nil), ("", nil),
            (String(repeating: "listen_address", count: 1_000), nil),
        ])
    func spelling(word: String, meant: String?) {
        #expect(Spelling.nearest(to: word, among: ["listen_address", "path"]) == meant)
    }

    @Test("the nearest of several candidates is taken")
    func nearest() {
        #expect(Spelling.nearest(to: "p95%", among: ["p50", "p95", "p99"]) == "p95")
        #expect(Spelling.distance(Array("abcd".utf8), Array("acbd".utf8)) == 1)
        #expect(Spelling.distance(Array("kitten".utf8), Array("sitting".utf8)) == 3)
        #expect(Spelling.distance([], Array("abc".utf8)) == 3)
    }
}
