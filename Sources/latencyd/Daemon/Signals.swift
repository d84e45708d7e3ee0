internal import Glibc

/// The signals that the main loop handles.
enum Signals {
    static let reload = SIGHUP
    static let all = [SIGHUP, SIGTERM, SIGINT]

    /// What the signals that came ask for, taken together: each thing is done once.
    struct Orders: Equatable {
        var stops = false
        /// Never beside `stops`: who ends needs no new configuration.
        var reloads = false
    }

    /// Takes signals from `next` until there is none.
    static func orders(_ next: () -> Int32?) -> Orders {
        var orders = Orders()
        while let signal = next() {
            if signal == reload { orders.reloads = true } else { orders.stops = true }
        }
        if orders.stops { orders.reloads = false }
        return orders
    }
}
