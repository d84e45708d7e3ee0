internal import Telemetry

/// One query of a round, and what its answer is for.
struct PromQLQuery: Sendable {
    enum Purpose: Sendable, Hashable {
        case signal(ServiceSignal)
        /// `timing` is its place in the settings.
        case statistic(Statistic, timing: Int)
    }

    var isOfTiming: Bool { if case .statistic = purpose { true } else { false } }

    /// For people.
    let name: String
    let text: String
    let purpose: Purpose
    let scale: Double

    /// All queries of `settings`, always in the same order; at most ``PromQLLimits/queriesMax``.
    static func all(of settings: PromQLSettings) -> [PromQLQuery] {
        let signals = settings.signals.map { signal in
            PromQLQuery(
                name: signal.signal.rawValue, text: signal.query, purpose: .signal(signal.signal), scale: signal.scale)
        }
        let statistics = settings.timings.enumerated().flatMap { place, timing in
            Statistic.allCases.compactMap { statistic in
                timing.queries[statistic].map { query in
                    PromQLQuery(
                        name: "\(timing.name) \(statistic.rawValue)", text: query,
                        purpose: .statistic(statistic, timing: place), scale: statistic == .rate ? 1 : timing.scale)
                }
            }
        }
        return Array((signals + statistics).prefix(PromQLLimits.queriesMax))
    }

    /// As an HTML form for `POST /api/v1/query`. The time is left to the engine, whose clock dates its data; it gives
    /// up when nobody waits any more.
    func form(timeoutSeconds: Double) -> String {
        "query=\(FormText.encoded(text))&timeout=\(timeoutSeconds)"
    }
}

/// The values of forms that are sent by POST.
enum FormText {
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// `application/x-www-form-urlencoded`: letters, digits and `-._~` stay.
    static func encoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count * 3)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
