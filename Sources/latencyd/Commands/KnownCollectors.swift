internal import Collectors

/// The collectors that a configuration may name.
enum KnownCollectors {
    static let ids = HardwareCollectors.ids
}
