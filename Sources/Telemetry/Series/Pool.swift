/// What a freed place of a `Pool` holds instead of an element.
protocol Poolable: Sendable {
    /// A value that holds no memory.
    static var vacant: Self { get }
}

/// Values at places that stay the same while they live; freed places are used again.
///
/// Elements are not optional: changing one in place would copy it out of the optional and back.
struct Pool<Element: Poolable>: Sendable {
    private var elements: [Element] = []
    private var free: [Int] = []

    mutating func insert(_ element: Element) -> Int {
        if let position = free.popLast() {
            elements[position] = element
            return position
        }
        elements.append(element)
        return elements.count - 1
    }

    mutating func remove(_ position: Int) {
        elements[position] = .vacant
        free.append(position)
    }

    /// The element at `position`, which must be in use. Changing it changes it in place.
    subscript(position: Int) -> Element {
        @inline(__always) _read { yield elements[position] }
        @inline(__always) _modify { yield &elements[position] }
    }
}
