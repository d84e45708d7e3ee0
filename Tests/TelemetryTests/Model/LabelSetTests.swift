import Testing

@testable import Telemetry

@Suite("Label set")
struct LabelSetTests {
    @Test("Order does not matter, the later of two equal names wins")
    func identity() {
        #expect(LabelSet([Label("b", "1"), Label("a", "2")]) == ["a": "2", "b": "1"])
        #expect(LabelSet([Label("a", "1"), Label("a", "2")]) == ["a": "2"])
        #expect(LabelSet([Label("b", "1"), Label("a", "2")]).labels.map(\.name) == ["a", "b"])
    }

    @Test("Adding keeps the order and replaces")
    func adding() {
        let set: LabelSet = ["b": "1", "d": "2"]
        #expect(
            set.adding([Label("e", "5"), Label("a", "3"), Label("c", "4"), Label("d", "6")])
                == ["a": "3", "b": "1", "c": "4", "d": "6", "e": "5"])
        #expect(set.adding([]) == set)
        #expect(set["d"] == "2" && set["x"] == nil)
    }
}
