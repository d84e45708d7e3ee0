/// A pushed metric family: what is exposed under one name.
public struct PushedFamily: Sendable {
    public let descriptor: MetricDescriptor
    /// The name as it was pushed first; another raw name that becomes the same exposed name is refused.
    let rawName: String
    let claims: [String]
    let isSet: Bool
    /// Series it has now.
    var seriesCount = 0
}

/// The names on the page that pushers have taken: each belongs to one family, so that no two pushers can break it.
struct FamilyTable {
    /// Identifies a family; never used again once the family is gone.
    typealias ID = UInt32

    private(set) var families: [ID: PushedFamily] = [:]
    private var owners: [String: ID] = [:]
    private var nextID: ID = 1

    /// The family that takes values of `type` pushed as `rawName`, made if its names are free.
    mutating func admit(rawName: String, name: PushedName, type: PushedType) throws(DropReason) -> ID {
        if name.claims.contains(where: { $0.hasPrefix("latencyd_") }) { throw .reservedName }
        if let owner = owners[name.name], let family = families[owner], family.rawName == rawName,
            family.descriptor.kind == name.kind, family.isSet == (type == .set)
        {
            return owner
        }
        for claim in name.claims {
            guard let owner = owners[claim], let family = families[owner] else { continue }
            throw family.rawName == rawName ? .typeConflict : .nameCollision
        }
        let id = nextID
        nextID &+= 1
        families[id] = PushedFamily(
            descriptor: MetricDescriptor(
                name.kind, name.name, unit: name.unit, help: Self.help(rawName: rawName, type: type)),
            rawName: rawName, claims: name.claims, isSet: type == .set)
        for claim in name.claims { owners[claim] = id }
        return id
    }

    mutating func countSeries(_ id: ID, by change: Int) {
        families[id]?.seriesCount += change
        guard let family = families[id], family.seriesCount <= 0 else { return }
        remove(id)
    }

    private mutating func remove(_ id: ID) {
        guard let family = families.removeValue(forKey: id) else { return }
        for claim in family.claims where owners[claim] == id { owners[claim] = nil }
    }

    private static func help(rawName: String, type: PushedType) -> String {
        switch type {
        case .counter: "Counter \(rawName), as pushed."
        case .gauge: "Gauge \(rawName), as pushed last."
        case .timing: "Timing \(rawName), as pushed."
        case .histogram: "Distribution \(rawName), as pushed."
        case .set: "Distinct members of the set \(rawName) over the trailing minute."
        }
    }
}
