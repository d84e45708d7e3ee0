/// A glob as a non-deterministic automaton, whose states are all followed at once: no backtracking, at most one visit
/// of each state for each scalar. (K. Thompson, Regular expression search algorithm, CACM 11(6), 1968.)
struct GlobProgram: Sendable {
    enum Instruction: Sendable {
        case literal(Unicode.Scalar)
        case any
        case set(GlobSet)
        /// Go on at both places.
        case split(Int, Int)
        case jump(Int)
        case accept
    }

    private(set) var instructions: [Instruction] = []

    init(_ nodes: [GlobNode]) {
        append(nodes)
        instructions.append(.accept)
    }

    private mutating func append(_ nodes: [GlobNode]) {
        for node in nodes {
            switch node {
            case .literal(let scalar): instructions.append(.literal(scalar))
            case .any: instructions.append(.any)
            case .set(let set): instructions.append(.set(set))
            case .anySequence:
                let start = instructions.count
                instructions += [.split(start + 1, start + 3), .any, .jump(start)]
            case .choice(let choices): append(choices: choices)
            }
        }
    }

    private mutating func append(choices: [[GlobNode]]) {
        var exits: [Int] = []
        for (number, choice) in choices.enumerated() {
            guard number < choices.count - 1 else {
                append(choice)
                break
            }
            let split = instructions.count
            instructions.append(.accept)  // Replaced as soon as the end of this choice is known.
            append(choice)
            exits.append(instructions.count)
            instructions.append(.accept)
            instructions[split] = .split(split + 1, instructions.count)
        }
        for exit in exits { instructions[exit] = .jump(instructions.count) }
    }

    /// Whether all of `text` is accepted; adds each visit of a state to `steps`.
    func matches(_ text: Substring.UnicodeScalarView, steps: inout Int) -> Bool {
        var present = Frontier(size: instructions.count)
        var following = Frontier(size: instructions.count)
        present.enter(0, of: instructions, steps: &steps)
        for scalar in text {
            guard !present.states.isEmpty else { return false }
            following.clear()
            for state in present.states {
                steps += 1
                let accepts =
                    switch instructions[state] {
                    case .literal(let literal): literal == scalar
                    case .any: true
                    case .set(let set): set.contains(scalar)
                    case .split, .jump, .accept: false
                    }
                if accepts { following.enter(state + 1, of: instructions, steps: &steps) }
            }
            swap(&present, &following)
        }
        return present.isAccepting
    }

    /// The states reached so far that wait for a scalar.
    private struct Frontier {
        private(set) var states: [Int] = []
        private(set) var isAccepting = false
        /// The round in which each state was entered last.
        private var entered: [Int]
        private var round = 1
        private var pending: [Int] = []

        init(size: Int) { entered = [Int](repeating: 0, count: size) }

        mutating func clear() {
            states.removeAll(keepingCapacity: true)
            isAccepting = false
            round += 1
        }

        mutating func enter(_ state: Int, of instructions: [Instruction], steps: inout Int) {
            pending.append(state)
            while let state = pending.popLast() {
                guard entered[state] != round else { continue }
                entered[state] = round
                steps += 1
                switch instructions[state] {
                case .split(let first, let second): pending += [first, second]
                case .jump(let target): pending.append(target)
                case .accept: isAccepting = true
                case .literal, .any, .set: states.append(state)
                }
            }
        }
    }
}
