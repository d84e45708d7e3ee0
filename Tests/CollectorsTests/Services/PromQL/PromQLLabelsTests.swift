import Telemetry
import Testing

@testable import Collectors

@Suite("Labels of answers")
struct PromQLLabelsTests {
    private static let renamings: [([String: String], LabelSet)] = [
        (["__name__": "up", "job": "a", "zone": "b"], ["job": "a", "zone": "b"]),
        ([:], [:]),
        (["job": ""], [:]),
        (["": "x", "job": "a"], ["job": "a"]),
        (["service": "x", "profile": "y"], ["exported_service": "x", "exported_profile": "y"]),
        (["le": "1", "quantile": "0.5"], ["exported_le": "1", "exported_quantile": "0.5"]),
        (["timing": "t", "statistic": "p99"], ["exported_timing": "t", "exported_statistic": "p99"]),
        (["__tmp": "a"], ["exported___tmp": "a"]),
        (["k8s.pod": "a", "1st": "b"], ["k8s_pod": "a", "_1st": "b"]),
        (["a.b": "1", "a_b": "2"], ["a_b": "1,2"]),
        (["model": "m"], ["model": "m"]),
    ]

    @Test("Labels stay as they are, but for those that mean something here", arguments: renamings)
    func renamed(_ metric: [String: String], _ labels: LabelSet) {
        #expect(PromQLLabels(modelLabels: [], dropsQuantile: false).labels(of: metric) == labels)
    }

    @Test("The first model label that is there becomes `model`; another `model` steps aside")
    func model() {
        let labeling = PromQLLabels(modelLabels: ["endpoint", "service"], dropsQuantile: false)
        #expect(labeling.labels(of: ["endpoint": "e", "service": "s"]) == ["model": "e", "exported_service": "s"])
        #expect(labeling.labels(of: ["endpoint": "", "service": "s"]) == ["model": "s"])
        #expect(labeling.labels(of: ["endpoint": "e", "model": "m"]) == ["model": "e", "exported_model": "m"])
        #expect(labeling.labels(of: ["model": "m"]) == ["model": "m"])
    }

    @Test("The statistics of a timing have no quantile")
    func quantile() {
        #expect(
            PromQLLabels(modelLabels: [], dropsQuantile: true).labels(of: ["quantile": "0.99", "a": "b"]) == ["a": "b"])
    }

    @Test("A series with too many labels, or too long ones, has none")
    func limits() {
        let labeling = PromQLLabels(modelLabels: [], dropsQuantile: false)
        func many(_ count: Int) -> [String: String] {
            Dictionary(uniqueKeysWithValues: (0..<count).map { ("l\($0)", "v") })
        }
        func text(_ count: Int) -> String { String(repeating: "v", count: count) }
        #expect(labeling.labels(of: many(PromQLLimits.labelsMax))?.labels.count == PromQLLimits.labelsMax)
        #expect(labeling.labels(of: many(PromQLLimits.labelsMax + 1)) == nil)
        #expect(labeling.labels(of: ["a": text(PromQLLimits.labelValueBytesMax)]) != nil)
        #expect(labeling.labels(of: ["a": text(PromQLLimits.labelValueBytesMax + 1)]) == nil)
        #expect(labeling.labels(of: [text(PromQLLimits.labelNameBytesMax): "a"]) != nil)
        #expect(labeling.labels(of: [text(PromQLLimits.labelNameBytesMax + 1): "a"]) == nil)
    }
}

@Suite("Shards")
struct PromQLShardTests {
    private static let series: [LabelSet] = (0..<3_000).map {
        ["model": "m\($0 % 300)", "instance": "host-\($0 / 300):8002"]
    }

    @Test("Every series is in exactly one shard, and no shard is empty or full", arguments: [1, 2, 3, 7, 16])
    func partition(_ count: Int) {
        let shards = (1...count).compactMap { PromQLShard($0, of: count) }
        #expect(shards.count == count)
        var sizes = [Int](repeating: 0, count: count)
        for labels in Self.series {
            let owners = shards.indices.filter { shards[$0].takes(labels) }
            #expect(owners.count == 1)
            for owner in owners { sizes[owner] += 1 }
        }
        let even = Double(Self.series.count) / Double(count)
        #expect(sizes.allSatisfy { Double($0) > even * 0.75 && Double($0) < even * 1.25 })
    }

    @Test("The hash never changes: daemons of two versions share series")
    func stable() {
        #expect(PromQLShard.hash([:]) == 0xefd0_1f60_ba99_2926)
        #expect(PromQLShard.hash(["model": "resnet", "zone": "a"]) == 5_983_316_061_995_259_265)
        #expect(PromQLShard.hash(["a": "bc"]) != PromQLShard.hash(["ab": "c"]))
    }

    @Test("Shards count from 1", arguments: [(0, 2), (3, 2), (-1, 2), (1, 0), (1, PromQLLimits.shardsMax + 1)])
    func bounds(_ index: Int, _ count: Int) {
        #expect(PromQLShard(index, of: count) == nil)
    }
}
