import Glibc
import Platform
import Testing

@testable import Collectors
@testable import Telemetry

/// A real server that counts ten requests of half a second between two readings, and clocks that step.
@Suite("Clocks that step while services are read")
struct ServiceClockTests {
    private struct Clocks {
        var monotonic = 1_000.0
        var unix = 1.8e9
    }

    private static let profile = ServiceProfile(
        id: "test", title: "a server", ports: [],
        signals: [.requests: [.counter("c_total")], .requestTime: [.distribution("s")]])

    private static func page(_ count: Int) -> String {
        """
        c_total \(count)
        s_bucket{le="1"} \(count)
        s_bucket{le="+Inf"} \(count)
        s_count \(count)
        s_sum \(Double(count) / 2)

        """
    }

    @Test(
        "every request is counted once; no window has more than came in an interval, and none is negative",
        arguments: [
            // What both clocks do beside going on, before the reading in the middle.
            (0, 3_600), (0, -3_600), (0, 86_400 * 365), (0, -1.8e9), (7_200, 7_200), (7_200, 0), (-3, 0), (-3, -86_400),
        ] as [(Double, Double)])
    func steps(_ monotonic: Double, _ unix: Double) throws {
        let (clocks, count) = (Locked(Clocks()), Locked(1_000_000))
        let server = try HTTPServer(address: "127.0.0.1:0") { _ in .text(200, Self.page(count.withLock { $0 })) }
        let board = ServiceBoard()
        let reader = try #require(
            ServiceReader(
                board: board, files: InMemoryHostFiles(), monotonicSeconds: { clocks.withLock { $0.monotonic } },
                unixSeconds: { clocks.withLock { $0.unix } }))
        let wakeup = try #require(Wakeup())
        reader.apply([
            ServiceSettings(name: "a", source: .page(Self.profile), url: "http://\(server.address)/metrics")
        ])
        var windowed: UInt64 = 0
        for round in 1...8 {
            let deadline = HostClock.monotonicSeconds() + 20
            if round == 5 {
                clocks.withLock {
                    $0.monotonic += monotonic
                    $0.unix += unix
                }
            }
            let due = reader.dueSeconds
            while number(board, "scrapes") < Double(round), HostClock.monotonicSeconds() < deadline {
                // Time stands still while the server answers.
                if reader.dueSeconds == due {
                    clocks.withLock {
                        $0.monotonic += 1
                        $0.unix += 1
                    }
                }
                // So that it waits for nothing.
                wakeup.signal()
                _ = reader.turn(or: wakeup)
                usleep(1_000)
            }
            #expect(number(board, "scrapes") == Double(round))
            #expect(number(board, "up") == 1)
            #expect(number(board, "requests") == Double(10 * (round - 1)))
            let finished = board.endWindows(1, windowSeconds: 10).first?.finished.last?.count ?? 0
            #expect(finished <= 10)
            windowed += finished
            count.withLock { $0 += 10 }
        }
        // What came in two hours is in no window.
        #expect(windowed == (monotonic > CounterMemory.lateSeconds ? 60 : 70))
        #expect(number(board, "request_duration_seconds") == 70)
    }

    /// A value of the service, of a histogram its count; -1 where there is none.
    private func number(_ board: ServiceBoard, _ name: String) -> Double {
        switch board.families().first(where: { $0.descriptor.name == "latencyd_service_" + name })?.samples.first?.value
        {
        case .number(let value): value
        case .histogram(let histogram): Double(histogram.exponential.count)
        default: -1
        }
    }
}
