import Testing

@testable import Exporter

@Suite("UTC time")
struct UTCTimeTests {
    // Checked with `date -u -d @SECONDS`.
    @Test(
        "Unix seconds are written as RFC 3339 wants them",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (1_700_000_000, "2023-11-14T22:13:20Z"),
            (951_782_399, "2000-02-28T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"), (1_709_164_800, "2024-02-29T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"), (4_107_542_399, "2100-02-28T23:59:59Z"),
            (1_735_689_599.5, "2024-12-31T23:59:59.5Z"), (1_735_689_599.9996, "2025-01-01T00:00:00Z"),
            (1.025, "1970-01-01T00:00:01.025Z"), (-1, "1969-12-31T23:59:59Z"), (-86_400, "1969-12-31T00:00:00Z"),
            (-0.25, "1969-12-31T23:59:59.75Z"), (-62_135_596_800, "0001-01-01T00:00:00Z"),
            (1e300, "9999-12-31T23:59:59.999Z"), (-1e300, "0000-01-01T00:00:00Z"), (.nan, "1970-01-01T00:00:00Z"),
        ] as [(Double, String)])
    func rfc3339(seconds: Double, text: String) {
        #expect(UTCTime(unixSeconds: seconds).rfc3339 == text)
    }

    @Test("the date is left out on the same day only")
    func besides() {
        let noon = UTCTime(unixSeconds: 1_700_049_600)
        #expect(UTCTime(unixSeconds: 1_700_044_880).text(besides: noon) == "10:41:20 UTC")
        #expect(UTCTime(unixSeconds: 1_700_000_000).text(besides: noon) == "2023-11-14 22:13:20 UTC")
    }
}
