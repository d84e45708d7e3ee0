import Platform

extension GPUSignalTable {
    private static let kibi = 1024.0

    /// What is asked about all NVLinks together.
    static let allLinks = [GPUSignal("nvlink_ecc_errors", .slow, .field(160, \.linkECCErrors))]

    /// What one NVLink is asked for.
    static func link(_ link: Int) -> [GPUSignal] {
        let number = UInt32(link)
        let state = GPUSignal(
            "nvlink_state", .slow, .number(.nvLinkState(link: number), \.[link: link].state)
        ).within(GPURange.flag)
        return [state]
            + (linkErrors(link) + linkTraffic(link)).map { signal in
                var signal = signal
                signal.link = link
                return signal
            }
    }

    private static func linkErrors(_ link: Int) -> [GPUSignal] {
        let called: [(NVMLNVLinkError, GPULinkError)] = [
            (.replay, .replay), (.recovery, .recovery), (.crcFlit, .crcFlit), (.crcData, .crcData),
        ]
        let number = UInt32(link)
        let counted = called.map { error, place in
            GPUSignal(
                "nvlink_errors_\(place.rawValue)", .slow,
                .number(.nvLinkErrors(link: number, error), \.[link: link].errors[place]))
        }
        // NVLink 5 and later, fields 205 to 212 with the link as the scope.
        let fields = zip(UInt32(205)..., GPULinkError.allCases.drop { $0 != .vl15Dropped })
        return counted + [ecc(link)]
            + fields.map { id, error in
                GPUSignal(
                    "nvlink_errors_\(error.rawValue)", .slow,
                    .field(id, link: link, \.[link: link].errors[error]))
            }
    }

    /// Fields 148 to 159 are those of links 0 to 11, one each.
    private static func ecc(_ link: Int) -> GPUSignal {
        let name = "nvlink_errors_ecc_data"
        let place: GPUPlace = \.[link: link].errors[.eccData]
        let call = GPUWay.number(.nvLinkErrors(link: UInt32(link), .eccData), place)
        guard link < 12 else { return GPUSignal(name, .slow, call) }
        return GPUSignal(name, .slow, call, .field(UInt32(148 + link), place))
    }

    private static func linkTraffic(_ link: Int) -> [GPUSignal] {
        let directions: [(NVMLDirection, data: UInt32, raw: UInt32, packets: UInt32, bytes: UInt32)] = [
            (.transmit, 138, 140, 201, 202), (.receive, 139, 141, 203, 204),
        ]
        return directions.flatMap { direction, data, raw, packets, bytes in
            [
                GPUSignal(
                    "nvlink_data_\(direction)", .slow,
                    .field(data, link: link, \.[link: link].dataBytes[direction], factor: kibi)),
                GPUSignal(
                    "nvlink_raw_\(direction)", .slow,
                    .field(raw, link: link, \.[link: link].rawBytes[direction], factor: kibi),
                    .field(bytes, link: link, \.[link: link].rawBytes[direction])),
                GPUSignal(
                    "nvlink_packets_\(direction)", .slow,
                    .field(packets, link: link, \.[link: link].packets[direction])),
            ]
        } + [
            GPUSignal(
                "nvlink_low_power", .slow, .field(167, link: link, \.[link: link].lowPower)
            ).within(GPURange.flag),
            GPUSignal(
                "nvlink_recoveries_succeeded", .slow,
                .field(213, link: link, \.[link: link].recoveriesSucceeded)),
            GPUSignal(
                "nvlink_recoveries_failed", .slow,
                .field(214, link: link, \.[link: link].recoveriesFailed)),
            GPUSignal("nvlink_recoveries", .slow, .field(215, link: link, \.[link: link].recoveries)),
        ]
    }
}
