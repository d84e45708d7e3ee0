/// A buffer for a list whose length only the driver knows.
enum NVMLBuffer {
    /// Calls with room for `capacity` items. Where that is too little, once more with room for as many as the call
    /// said and a quarter on top, since more may have come meanwhile.
    static func fill<Item>(
        of empty: Item, capacity: Int, capacityMax: Int,
        _ call: (UnsafeMutablePointer<Item>, inout UInt32) -> Int32
    ) throws(NVMLReturn) -> [Item] {
        var room = capacity
        for attempt in 0... {
            var items = [Item](repeating: empty, count: room)
            var count = UInt32(room)
            let code = items.withUnsafeMutableBufferPointer { call($0.baseAddress!, &count) }
            if code == NVMLReturn.success.rawValue { return Array(items.prefix(Int(count))) }
            guard code == NVMLReturn.insufficientSize.rawValue, attempt == 0, room < capacityMax else {
                throw NVMLReturn(rawValue: code)
            }
            room = Self.capacity(wanted: Int(count), before: room, max: capacityMax)
        }
        throw .insufficientSize
    }

    static func capacity(wanted: Int, before: Int, max capacityMax: Int) -> Int {
        // A driver that does not say how many there are gets four times the room.
        let needed = wanted > before ? wanted + wanted / 4 + 8 : before * 4
        return min(needed, capacityMax)
    }
}
