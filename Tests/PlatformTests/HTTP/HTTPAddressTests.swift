import Glibc
import Testing

@testable import Platform

@Suite("A listen address")
struct HTTPAddressTests {
    private func server(_ address: String) throws(HTTPServerError) -> HTTPServer {
        try HTTPServer(address: address) { _ in HTTPResponse() }
    }

    @Test(
        "is taken apart",
        arguments: [
            ("127.0.0.1:9959", "127.0.0.1", UInt16(9959)), ("[::1]:80", "::1", 80), (":9959", "", 9959),
            ("localhost:0", "localhost", 0), ("[fe80::1%eth0]:65535", "fe80::1%eth0", 65535),
        ])
    func parse(_ text: String, _ host: String, _ port: UInt16) throws {
        let address = try ListenAddress(text)
        #expect(address.host == host)
        #expect(address.port == port)
    }

    @Test(
        "that is none is refused with what would be right",
        arguments: [
            "", "9959", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+80", "127.0.0.1:http",
            "::1:9959", "[::1]", "[]:80", "[127.0.0.1]:80", "a b:80", "http://127.0.0.1:80",
            "127.0.0.1:99999999999999999999",
        ])
    func refuse(_ text: String) {
        let error = #expect(throws: HTTPServerError.self) { try server(text) }
        #expect(error?.description.contains("\"\(text)\"") == true)
        #expect(error?.description.contains("; write ") == true || error?.description.contains("; leave off ") == true)
    }

    @Test("serves IPv6, and IPv4 on the wildcard as well")
    func families() throws {
        #expect(try server("[::1]:0").address.hasPrefix("[::1]:"))
        let all = try server(":0")
        #expect(all.address == "[::]:\(all.port)" || all.address == "0.0.0.0:\(all.port)")
        let client = try RawClient(port: all.port)
        client.send("GET / HTTP/1.0\r\n\r\n")
        #expect(try client.response().status == 200)
    }

    @Test("whose port is in use is refused by name and with the remedy")
    func inUse() throws {
        let first = try server("127.0.0.1:0")
        let error = #expect(throws: HTTPServerError.self) { try server("127.0.0.1:\(first.port)") }
        #expect(error == .portInUse("127.0.0.1:\(first.port)"))
        #expect(error?.description.contains("127.0.0.1:\(first.port): the port is in use") == true)
    }

    @Test("of another host is refused")
    func notOurs() {
        // 192.0.2.0/24 is for documentation (RFC 5737).
        #expect(throws: HTTPServerError.addressNotOurs("192.0.2.1:0")) { try server("192.0.2.1:0") }
    }

    @Test("with a name that does not exist is refused")
    func unknownHost() {
        let error = #expect(throws: HTTPServerError.self) { try server("name.invalid:0") }
        guard case .unknownHost("name.invalid:0", _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("below 1024 without the right to it is refused with the remedy", .enabled(if: getuid() == 0))
    func permission() async {
        await #expect(processExitsWith: .success) {
            #expect(setuid(65534) == 0)
            let error = #expect(throws: HTTPServerError.self) {
                try HTTPServer(address: "127.0.0.1:81") { _ in HTTPResponse() }
            }
            #expect(error == .permissionDenied("127.0.0.1:81"))
        }
    }

    @Test("is written the way it is read, a mapped IPv4 client as IPv4")
    func text() {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = UInt16(8080).bigEndian
        for (host, expected) in [("::1", "[::1]:8080"), ("::ffff:10.1.2.3", "10.1.2.3:8080")] {
            #expect(inet_pton(AF_INET6, host, &address.sin6_addr) == 1)
            let text = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { SocketAddress.text($0) }
            }
            #expect(text == expected)
        }
    }
}

@Suite("A request target")
struct RequestTargetTests {
    @Test(
        "is decoded",
        arguments: [
            ("/", "/"), ("/a/b%2Fc", "/a/b/c"), ("/%", "/%"), ("/%4", "/%4"), ("/%zz", "/%zz"), ("/a+b", "/a+b"),
            ("/m%C3%BCll", "/müll"), ("/%ff", "/\u{FFFD}"), ("/a%00b", "/a\0b"),
            ("http://host:80/metrics?a", "/metrics"),
            ("http://host", "/"), ("//x", "//x"),
        ])
    func path(_ target: String, _ path: String) {
        #expect(RequestTarget(target.utf8)?.path == path)
    }

    @Test("that is no path is none", arguments: ["", "*", "metrics", "host:80", "ftp://host/"])
    func none(_ target: String) {
        #expect(RequestTarget(target.utf8) == nil)
    }

    @Test("has its query's parameters in order, empty ones included")
    func query() {
        let target = RequestTarget("/?a=1&b&=&c=%3D%26?&&a=2+3".utf8)
        #expect(
            target?.query == [
                .init(name: "a", value: "1"), .init(name: "b", value: nil), .init(name: "", value: ""),
                .init(name: "c", value: "=&?"), .init(name: "a", value: "2 3"),
            ])
        #expect(RequestTarget("/?".utf8)?.query == [])
        #expect(RequestTarget("http://host?a".utf8)?.query == [.init(name: "a", value: nil)])
    }
}
