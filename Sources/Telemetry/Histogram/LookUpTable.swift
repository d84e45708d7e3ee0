/// An array that never changes, and whose place in memory may be handed out as long as this exists: a look-up through
/// the pointer costs no counting of who holds the array.
final class LookUpTable<Element: BitwiseCopyable>: @unchecked Sendable {
    let elements: UnsafeBufferPointer<Element>

    init(_ elements: [Element]) {
        let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
        _ = memory.initialize(from: elements)
        self.elements = UnsafeBufferPointer(memory)
    }

    deinit { elements.deallocate() }
}
