/// The maximum flow and the minimum cut of a grid whose nodes have four neighbours, in whole
/// numbers.
///
/// Two trees grow from the source and from the sink; where they meet, the path is filled, and the
/// branches that it cuts off look for another parent (the method of Boykov and Kolmogorov, *An
/// Experimental Comparison of Min-Cut/Max-Flow Algorithms*, 2004, written from the paper). The cut
/// is the same on every machine, as nodes are visited in the order of their indices and of the
/// queue.
package final class GridFlow {
    /// The directions to the right, left, below and above.
    private static let opposite: [UInt8] = [1, 0, 3, 2]
    private static let atTerminal: UInt8 = 4
    private static let orphaned: UInt8 = 5
    private static let free: UInt8 = 0
    private static let source: UInt8 = 1
    private static let sink: UInt8 = 2

    let width: Int
    let height: Int
    /// The width with a border of unconnected nodes on both sides, which spares the loops their
    /// tests for edges.
    let stride: Int
    private let count: Int
    private let steps: [Int]
    /// By direction and node: what the edge to that neighbour still takes.
    private let capacity: PaddedBuffer<Int32>
    /// What the edge from the source still takes, or, negative, that to the sink.
    private let terminal: PaddedBuffer<Int32>
    private let tree: PaddedBuffer<UInt8>
    private let parent: PaddedBuffer<UInt8>
    private let distance: PaddedBuffer<Int32>
    private let stamp: PaddedBuffer<Int32>
    private let isQueued: PaddedBuffer<Bool>
    private var queue: [Int32] = []
    private var queueHead = 0
    private var orphans: [Int32] = []
    private var time: Int32 = 0
    /// The flow found so far.
    package private(set) var flow = 0

    /// A grid without edges.
    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
        stride = width + 2
        count = (width + 2) * (height + 2)
        steps = [1, -1, stride, -stride]
        capacity = PaddedBuffer(count: count * 4, filledWith: 0)
        terminal = PaddedBuffer(count: count, filledWith: 0)
        tree = PaddedBuffer(count: count, filledWith: 0)
        parent = PaddedBuffer(count: count, filledWith: 0)
        distance = PaddedBuffer(count: count, filledWith: 0)
        stamp = PaddedBuffer(count: count, filledWith: 0)
        isQueued = PaddedBuffer(count: count, filledWith: false)
    }

    /// Removes all edges.
    package func clear() {
        capacity.pointer.update(repeating: 0, count: count * 4)
        terminal.pointer.update(repeating: 0, count: count)
        flow = 0
    }

    /// The node of a pixel.
    @inline(__always)
    package func node(x: Int, y: Int) -> Int { (y &+ 1) &* stride &+ x &+ 1 }

    /// Adds to the cost of being on the source's side and on the sink's.
    @inline(__always)
    package func add(_ node: Int, onSourceSide: Int32, onSinkSide: Int32) {
        terminal.pointer[node] &+= onSinkSide &- onSourceSide
    }

    /// Adds what is paid if a node is on the source's side and its right neighbour on the sink's,
    /// and the other way round.
    @inline(__always)
    package func addRight(_ node: Int, _ forth: Int32, back: Int32 = 0) {
        capacity.pointer[node] &+= forth
        capacity.pointer[count &+ node &+ 1] &+= back
    }

    /// The same with the neighbour below.
    @inline(__always)
    package func addBelow(_ node: Int, _ forth: Int32, back: Int32 = 0) {
        capacity.pointer[2 &* count &+ node] &+= forth
        capacity.pointer[3 &* count &+ node &+ stride] &+= back
    }

    /// Whether the minimum cut leaves the node on the sink's side.
    @inline(__always)
    package func isOnSinkSide(_ node: Int) -> Bool { tree.pointer[node] == Self.sink }

    /// Finds the maximum flow.
    ///
    /// - Parameter isCancelled: Asked now and then; after a yes the cut is meaningless.
    package func solve(isCancelled: () -> Bool) {
        start()
        var rounds = 0
        while let node = nextActive() {
            rounds &+= 1
            if rounds & 0xFFFF == 0, isCancelled() { return }
            while tree.pointer[node] != Self.free, let meeting = grow(node) {
                time &+= 1
                augment(meeting.from, meeting.direction)
                adoptOrphans()
            }
        }
    }

    private func start() {
        queue.removeAll(keepingCapacity: true)
        queueHead = 0
        orphans.removeAll(keepingCapacity: true)
        time = 0
        for node in 0..<count {
            let value = terminal.pointer[node]
            tree.pointer[node] = value > 0 ? Self.source : value < 0 ? Self.sink : Self.free
            parent.pointer[node] = value == 0 ? Self.orphaned : Self.atTerminal
            distance.pointer[node] = 1
            stamp.pointer[node] = 0
            isQueued.pointer[node] = false
            if value != 0 { activate(node) }
        }
    }

    @inline(__always)
    private func activate(_ node: Int) {
        guard !isQueued.pointer[node] else { return }
        isQueued.pointer[node] = true
        queue.append(Int32(truncatingIfNeeded: node))
    }

    private func nextActive() -> Int? {
        while queueHead < queue.count {
            let node = Int(queue[queueHead])
            queueHead += 1
            isQueued.pointer[node] = false
            if queueHead > 4_096, queueHead * 2 > queue.count {
                queue.removeFirst(queueHead)
                queueHead = 0
            }
            if tree.pointer[node] != Self.free { return node }
        }
        return nil
    }

    /// What still goes through the edge between a node and the neighbour in a direction, in the
    /// direction of the flow of the node's tree.
    @inline(__always)
    private func rest(_ node: Int, _ direction: Int, _ side: UInt8) -> Int32 {
        if side == Self.source { return capacity.pointer[direction &* count &+ node] }
        let next = node &+ steps[direction]
        return capacity.pointer[Int(Self.opposite[direction]) &* count &+ next]
    }

    /// Takes free neighbours into the tree of a node.
    ///
    /// - Returns: The edge to the other tree, from the source's side, once there is one.
    @inline(__always)
    private func grow(_ node: Int) -> (from: Int, direction: Int)? {
        let side = tree.pointer[node]
        for direction in 0..<4 where rest(node, direction, side) > 0 {
            let next = node &+ steps[direction]
            let other = tree.pointer[next]
            if other == Self.free {
                tree.pointer[next] = side
                parent.pointer[next] = Self.opposite[direction]
                stamp.pointer[next] = stamp.pointer[node]
                distance.pointer[next] = distance.pointer[node] &+ 1
                activate(next)
            } else if other != side {
                return side == Self.source
                    ? (node, direction) : (next, Int(Self.opposite[direction]))
            } else if stamp.pointer[next] <= stamp.pointer[node],
                distance.pointer[next] > distance.pointer[node]
            {
                // A shorter way to the terminal.
                parent.pointer[next] = Self.opposite[direction]
                stamp.pointer[next] = stamp.pointer[node]
                distance.pointer[next] = distance.pointer[node] &+ 1
            }
        }
        return nil
    }

    /// Fills the path through an edge between the trees.
    private func augment(_ from: Int, _ direction: Int) {
        let into = from &+ steps[direction]
        var amount = capacity.pointer[direction &* count &+ from]
        var node = from
        while parent.pointer[node] != Self.atTerminal {
            let up = Int(parent.pointer[node])
            let above = node &+ steps[up]
            amount = min(amount, capacity.pointer[Int(Self.opposite[up]) &* count &+ above])
            node = above
        }
        amount = min(amount, terminal.pointer[node])
        node = into
        while parent.pointer[node] != Self.atTerminal {
            let up = Int(parent.pointer[node])
            amount = min(amount, capacity.pointer[up &* count &+ node])
            node = node &+ steps[up]
        }
        amount = min(amount, 0 &- terminal.pointer[node])
        push(amount, from, direction)
        flow &+= Int(amount)
        fill(from, amount, Self.source)
        fill(into, amount, Self.sink)
    }

    @inline(__always)
    private func push(_ amount: Int32, _ node: Int, _ direction: Int) {
        capacity.pointer[direction &* count &+ node] &-= amount
        let back = Int(Self.opposite[direction]) &* count &+ node &+ steps[direction]
        capacity.pointer[back] &+= amount
    }

    private func fill(_ start: Int, _ amount: Int32, _ side: UInt8) {
        var node = start
        while parent.pointer[node] != Self.atTerminal {
            let up = Int(parent.pointer[node])
            let above = node &+ steps[up]
            if side == Self.source {
                push(amount, above, Int(Self.opposite[up]))
            } else {
                push(amount, node, up)
            }
            if rest(above, Int(Self.opposite[up]), side) == 0 { makeOrphan(node) }
            node = above
        }
        terminal.pointer[node] &+= side == Self.source ? 0 &- amount : amount
        if terminal.pointer[node] == 0 { makeOrphan(node) }
    }

    @inline(__always)
    private func makeOrphan(_ node: Int) {
        parent.pointer[node] = Self.orphaned
        orphans.append(Int32(truncatingIfNeeded: node))
    }

    private func adoptOrphans() {
        var head = 0
        while head < orphans.count {
            adopt(Int(orphans[head]))
            head &+= 1
        }
        orphans.removeAll(keepingCapacity: true)
    }

    /// Finds another parent for a node that lost its own, the nearest to the terminal, or sets it
    /// free.
    private func adopt(_ node: Int) {
        let side = tree.pointer[node]
        var best = (direction: Self.orphaned, distance: Int32.max)
        for direction in 0..<4 {
            let next = node &+ steps[direction]
            guard tree.pointer[next] == side,
                rest(next, Int(Self.opposite[direction]), side) > 0,
                let length = distanceToTerminal(next), length < best.distance
            else { continue }
            best = (UInt8(direction), length)
        }
        parent.pointer[node] = best.direction
        if best.direction != Self.orphaned {
            stamp.pointer[node] = time
            distance.pointer[node] = best.distance &+ 1
            return
        }
        for direction in 0..<4 {
            let next = node &+ steps[direction]
            guard tree.pointer[next] == side else { continue }
            if rest(next, Int(Self.opposite[direction]), side) > 0 { activate(next) }
            if parent.pointer[next] == Self.opposite[direction] { makeOrphan(next) }
        }
        tree.pointer[node] = Self.free
    }

    /// - Returns: nil if the way up ends at an orphan.
    private func distanceToTerminal(_ start: Int) -> Int32? {
        var node = start
        var length: Int32 = 0
        while true {
            if stamp.pointer[node] == time {
                length &+= distance.pointer[node]
                break
            }
            let up = parent.pointer[node]
            length &+= 1
            if up == Self.atTerminal {
                stamp.pointer[node] = time
                distance.pointer[node] = 1
                break
            }
            if up == Self.orphaned { return nil }
            node = node &+ steps[Int(up)]
        }
        // The nodes on the way know their distance from now on.
        var left = length
        node = start
        while stamp.pointer[node] != time {
            stamp.pointer[node] = time
            distance.pointer[node] = left
            left &-= 1
            node = node &+ steps[Int(parent.pointer[node])]
        }
        return length
    }
}
