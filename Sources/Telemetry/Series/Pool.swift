/// Values at places that stay the same while they live; freed places are used again.
struct Pool<Element: Sendable>: Sendable {
    private(set) var elements: [Element?] = []
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
        elements[position] = nil
        free.append(position)
    }

    /// The element at `position`, which must be in use. Changing it changes it in place.
    subscript(position: Int) -> Element {
        get { elements[position]! }
        _modify { yield &elements[position]! }
    }
}
