import Testing

@testable import Platform

@Suite("A list whose length only the driver knows")
struct NVMLBufferTests {
    private struct Filled: Equatable {
        let result: Result<Int, NVMLReturn>
        /// The room of each call.
        let rooms: [Int]

        init(_ result: Result<Int, NVMLReturn>, _ rooms: [Int]) {
            self.result = result
            self.rooms = rooms
        }
    }

    /// A driver that has `count` items, and says so when there is too little room.
    private func fill(count: Int, capacity: Int = 4, max: Int = 64, says: Int? = nil) -> Filled {
        var rooms: [Int] = []
        do {
            let items = try NVMLBuffer.fill(of: 0, capacity: capacity, capacityMax: max) { buffer, room in
                let asked = Int(room)
                rooms.append(asked)
                room = UInt32(says ?? count)
                guard asked >= count else { return NVMLReturn.insufficientSize.rawValue }
                for index in 0..<count { buffer[index] = index }
                return 0
            }
            return Filled(.success(items.count), rooms)
        } catch {
            return Filled(.failure(error), rooms)
        }
    }

    @Test("is taken at once where there is room")
    func room() {
        #expect(fill(count: 3) == Filled(.success(3), [4]))
        #expect(fill(count: 0) == Filled(.success(0), [4]))
    }

    @Test("is asked for once more, with slack, where there is not")
    func again() {
        #expect(fill(count: 20) == Filled(.success(20), [4, 33]))
        // A driver that does not say how many there are gets four times the room.
        #expect(fill(count: 10, says: 0) == Filled(.success(0), [4, 16]))
    }

    @Test("is given up when it is longer than what may be")
    func limit() {
        #expect(fill(count: 65) == Filled(.failure(.insufficientSize), [4, 64]))
        #expect(fill(count: 65, capacity: 64) == Filled(.failure(.insufficientSize), [64]))
        #expect(fill(count: 65, says: Int(UInt32.max)) == Filled(.failure(.insufficientSize), [4, 64]))
    }

    @Test("is refused when it is said to be longer than the room that it was written to")
    func lie() {
        #expect(fill(count: 2, says: 5) == Filled(.failure(.insufficientSize), [4]))
    }

    @Test("gives other return codes as they are")
    func codes() {
        let code = #expect(throws: NVMLReturn.self) {
            try NVMLBuffer.fill(of: 0, capacity: 4, capacityMax: 64) { _, _ in 999 }
        }
        #expect(code == .unknown)
    }

    @Test("has room for a quarter more than was said, or four times as much where nothing was")
    func capacity() {
        #expect(NVMLBuffer.capacity(wanted: 100, before: 64, max: 1000) == 133)
        #expect(NVMLBuffer.capacity(wanted: 64, before: 64, max: 1000) == 256)
        #expect(NVMLBuffer.capacity(wanted: 900, before: 64, max: 1000) == 1000)
    }
}
