/// What a collector found on this host (its devices, with their paths and label sets), kept from pass to pass.
///
/// Listing folders and building names costs more than reading values, and the devices of a host seldom change. So a
/// collector finds them once, and again when its pass ``Sampling/looksAnew``: every
/// ``CollectorSlot/discoveryInterval``, and in the pass after one that met other errors than the one before (a device
/// went away, or came back).
public struct Discovery<Found: Sendable>: Sendable {
    private var found: Found?

    public init() {}

    /// What there is. `find` lists and reads what does not change; it runs only when the pass looks anew. Errors in it
    /// are counted in that pass. When it throws, the next pass runs it again.
    public mutating func callAsFunction(
        _ sampling: inout Sampling, find: (inout Sampling) throws(CollectorError) -> Found
    ) throws(CollectorError) -> Found {
        if let found, !sampling.looksAnew { return found }
        found = nil
        let result = try sampling.finding(find)
        found = result
        return result
    }
}
