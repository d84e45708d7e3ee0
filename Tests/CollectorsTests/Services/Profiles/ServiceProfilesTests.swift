import Telemetry
import TestSupport
import Testing

@testable import Collectors

/// Every profile beside the pages of its server, and those of all others.
@Suite("Service profiles")
struct ServiceProfilesTests {
    static let ids = ServiceProfiles.all.map(\.id)

    /// The names that the API's samples have, from the answers captured beside the pages.
    private static func apiNames(_ profile: ServiceProfile) throws -> Set<String> {
        switch profile.id {
        case "triton": Set(try TritonCapture.samples().map(\.name)).union(["api:batch_size"])
        case "torchserve": Set(try TorchServeCapture.samples().map(\.name))
        default: []
        }
    }

    @Test("each has an id of its own, which is a word")
    func words() {
        #expect(Set(Self.ids).count == Self.ids.count)
        for id in Self.ids { #expect(id.allSatisfy { $0.isASCII && $0.isLowercase }, "\(id)") }
    }

    @Test("reads no name that its server was not seen to use", arguments: ids)
    func names(_ id: String) throws {
        let profile = try #require(ServiceProfiles[id])
        let pages = ServerPage.names(of: profile).map { ServerPage($0) }
        #expect(!pages.isEmpty)
        let seen = try pages.reduce(into: Self.apiNames(profile)) { $0.formUnion($1.families) }
        // Summaries have no buckets, and distributions of an API no quantiles.
        let unseen = profile.sampleNames.subtracting(seen).filter { name in
            !name.hasSuffix("_bucket") && !(name.hasPrefix("api:") && seen.contains(name + "_count"))
        }
        #expect(unseen.sorted() == [])
        let families = seen.compactMap { $0.hasSuffix("_bucket") ? String($0.dropLast(7)) : nil }
        for source in profile.buckets.values.joined() { #expect(Set(source.metrics).isSubset(of: families)) }
    }

    @Test("reads something of every page of its server that has served requests", arguments: ids)
    func everyPage(_ id: String) throws {
        let profile = try #require(ServiceProfiles[id])
        for name in ServerPage.names(of: profile) where !name.hasSuffix("-fresh") {
            var readings = PageReadings(profile)
            let round = readings.take(ServerPage(name).samples)
            #expect(!round.readings.isEmpty, "\(name)")
        }
    }

    @Test("knows its server's pages by their names, and takes no other's for them", arguments: ids)
    func signatures(_ id: String) throws {
        let profile = try #require(ServiceProfiles[id])
        #expect(!profile.signatures.isEmpty)
        let own = Set(ServerPage.names(of: profile))
        for name in ServerPage.names {
            let families = ServerPage(name).families
            let matches = families.contains { family in profile.signatures.contains { family.hasPrefix($0) } }
            // Some show nothing before the first request.
            if own.contains(name), !families.isEmpty { #expect(matches, "\(name)") }
            if !own.contains(name) { #expect(!matches, "\(name)") }
        }
    }

    @Test("has a remedy only for signals that it knows, in one line", arguments: ids)
    func switches(_ id: String) throws {
        let profile = try #require(ServiceProfiles[id])
        #expect(Set(profile.switches.keys).isSubset(of: profile.signals.keys))
        #expect(Set(profile.buckets.keys).isSubset(of: profile.signals.keys))
        for remedy in Array(profile.switches.values) + [profile.pageSwitch].compactMap(\.self) {
            #expect(!remedy.contains("\n") && remedy.utf8.count < 200 && !remedy.hasSuffix("."), "\(remedy)")
        }
    }

    @Test("says nothing of the past when it first sees a page", arguments: ids)
    func firstSight(_ id: String) throws {
        let profile = try #require(ServiceProfiles[id])
        for name in ServerPage.names(of: profile) {
            var readings = PageReadings(profile)
            for reading in readings.take(ServerPage(name).samples).readings {
                switch reading.value {
                case .number(let value): #expect(value >= 0, "\(name)")
                case .increase(let value): #expect(value == 0, "\(name): \(reading.signal)")
                case .distribution, .buckets: Issue.record("\(name): \(reading.signal) has an interval")
                }
            }
        }
    }

    @Test("sees nothing happen between two readings of the same page", arguments: ids)
    func standstill(_ id: String) throws {
        let profile = try #require(ServiceProfiles[id])
        for name in ServerPage.names(of: profile) {
            var readings = PageReadings(profile)
            let page = ServerPage(name).samples
            _ = readings.take(page)
            for reading in readings.take(page).readings {
                switch reading.value {
                case .number: break
                case .increase(let value): #expect(value == 0, "\(name): \(reading.signal)")
                case .distribution(let interval): #expect(interval.count == 0 && interval.mean == nil, "\(name)")
                case .buckets: Issue.record("\(name): \(reading.signal) has buckets")
                }
            }
        }
    }

    @Test("counts nothing in the interval in which the server began anew", arguments: ids)
    func restart(_ id: String) throws {
        let profile = try #require(ServiceProfiles[id])
        for name in ServerPage.names(of: profile) where !name.hasSuffix("-fresh") {
            var readings = PageReadings(profile)
            let page = ServerPage(name).samples
            var halved = page
            for name in page.keys {
                halved[name] = page[name]!.map { ScrapedSample($0.name, $0.labels, ($0.value / 2).rounded(.down)) }
            }
            _ = readings.take(page)
            for reading in readings.take(halved).readings {
                switch reading.value {
                case .number(let value): #expect(value >= 0, "\(name)")
                case .increase(let value): #expect(value == 0, "\(name): \(reading.signal)")
                case .distribution(let interval): #expect(interval.count == 0, "\(name): \(reading.signal)")
                case .buckets: Issue.record("\(name): \(reading.signal) has buckets")
                }
            }
        }
    }

    @Test("the daemon's parser finds on every page what was found here by simpler means", arguments: ids)
    func parser(_ id: String) throws {
        let profile = try #require(ServiceProfiles[id])
        for name in ServerPage.names(of: profile) {
            var parser = PageParser(format: .text, wanted: WantedNames(profile.sampleNames))
            let bytes = Array(Repository.text("\(ServerPage.folder)/\(name).prom").utf8)
            bytes.withUnsafeBytes { _ = try? parser.feed($0) }
            let page = try parser.finish()
            #expect(page.malformedCount == 0, "\(name)")
            let expected = ServerPage(name).samples.filter { profile.sampleNames.contains($0.key) }
            #expect(page.samples.keys.sorted() == expected.keys.sorted(), "\(name)")
            for (key, samples) in expected {
                let same = zip(samples, page[key]).allSatisfy { one, other in
                    one.labels == other.labels && (one.value == other.value || one.value.isNaN)
                }
                #expect(same && page[key].count == samples.count, "\(name): \(key)")
            }
        }
    }
}
