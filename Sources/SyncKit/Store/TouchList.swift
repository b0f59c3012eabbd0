/// What the log says of the rows of one table, to be folded row by row, in parts: memory stays
/// bounded however long the log is.
///
/// A list that is full keeps the rows with the lowest places. Those from ``end`` on come in the
/// next part, for which the log is read again.
package struct TouchList {
    /// A write to one column of the row at a place.
    package typealias Write = (column: UInt8, stamp: Int64)

    /// What happened to one place.
    private struct Touch {
        let place: Int64
        /// The number of the transaction's stamp.
        let stamp: Int64
        /// Its place within the transaction.
        let order: UInt32
        /// 0 where the row was deleted.
        let column: UInt8
    }

    /// The most touches that are held.
    private let capacity: Int
    private var touches: [Touch] = []
    private var latestStamp: Int64 = 0
    private var order: UInt32 = 0
    private var first = Int64.min
    /// Places from this one on are left for the next part.
    private var end: Int64?

    /// An empty list of the first part.
    ///
    /// - Parameter capacity: The most touches that are held, four times ``Limits/columns`` or more.
    package init(capacity: Int = Limits.heldTouches) {
        precondition(capacity >= 4 * Limits.columns, "one row must fit")
        self.capacity = capacity
    }

    /// Whether places are left for another part.
    package var isCut: Bool { end != nil }

    /// Adds a write; stamps never fall within one part.
    ///
    /// - Parameter column: 0 where the row was deleted.
    package mutating func add(_ column: UInt8, at place: Int64, stamp: Int64) {
        order = stamp == latestStamp ? order + 1 : 0
        latestStamp = stamp
        guard place >= first, isBeforeEnd(place), column <= Limits.columns else { return }
        if touches.count == capacity {
            thin()
            guard isBeforeEnd(place) else { return }
        }
        touches.append(Touch(place: place, stamp: stamp, order: order, column: column))
    }

    /// Hands each row's writes since it was last deleted to `body`, by rising places and in the
    /// order of the log; rows without such writes are left out.
    package mutating func forEachRow(
        _ body: (_ place: Int64, _ writes: [Write]) throws -> Void
    ) rethrows {
        sort()
        var writes: [Write] = []
        var start = 0
        while start < touches.count {
            let place = touches[start].place
            writes.removeAll(keepingCapacity: true)
            while start < touches.count, touches[start].place == place {
                let touch = touches[start]
                if touch.column == 0 {
                    writes.removeAll(keepingCapacity: true)
                } else {
                    writes.append((touch.column, touch.stamp))
                }
                start += 1
            }
            if !writes.isEmpty { try body(place, writes) }
        }
    }

    /// Goes on with the places that were left.
    package mutating func beginNextPart() {
        first = end ?? .max
        end = nil
        touches.removeAll(keepingCapacity: true)
        latestStamp = 0
    }

    private func isBeforeEnd(_ place: Int64) -> Bool {
        guard let end else { return true }
        return place < end
    }

    /// By place, and in the order of the log within one place.
    private mutating func sort() {
        touches.sort {
            ($0.place, $0.stamp, $0.order) < ($1.place, $1.stamp, $1.order)
        }
    }

    /// Makes room: the last write to a column stands for all of them, and where that is not enough
    /// the higher places are left for the next part.
    private mutating func thin() {
        sort()
        var kept = 0
        var start = 0
        var lasting: [Touch] = []
        while start < touches.count {
            let place = touches[start].place
            var stop = start
            while stop < touches.count, touches[stop].place == place { stop += 1 }
            // Backwards, so that the last of each column is met first.
            var seen: UInt64 = 0
            lasting.removeAll(keepingCapacity: true)
            for touch in touches[start..<stop].reversed() {
                guard seen & 1 << UInt64(touch.column) == 0 else { continue }
                seen |= 1 << UInt64(touch.column)
                lasting.append(touch)
                // What was there before a deletion is gone.
                if touch.column == 0 { break }
            }
            for touch in lasting.reversed() {
                touches[kept] = touch
                kept += 1
            }
            start = stop
        }
        touches.removeLast(touches.count - kept)
        guard kept > capacity / 2 else { return }
        let end = touches[capacity / 2].place
        self.end = end
        let cut = touches.firstIndex { $0.place >= end } ?? kept
        touches.removeLast(kept - cut)
    }
}
