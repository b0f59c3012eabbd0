/// Where a row stands in an ordered list: a text that sorts bytewise, for an ordinary column.
///
/// A position is a fraction between 0 and 1, written in 64 digits. Between two positions there is
/// always another, so that moving or inserting a row writes one cell of that row alone, and the
/// last writer of the cell wins. Declare the column `TEXT` and sort by it, then by `id`: two
/// devices that insert at the same place choose the same text about once in 2^30 tries.
///
/// Growth: a position is 8 characters long at first. 10,000 rows added one after the other take at
/// most 12 at an end of the list and 48 in its middle, 10,000 rows at random places at most 40.
/// Only inserting again and again between the two rows inserted last costs a character each time,
/// which no such scheme can avoid.
public struct ListPosition: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// What to store.
    public let text: String

    /// The digits in their order, which is that of their bytes.
    private static let digits = Array(
        "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz".utf8)
    private static let bitsPerDigit = 6
    /// A gap is looked at in so much detail that it has at least so many places.
    private static let slots: Int64 = 1 << 45

    /// The position that `text` says; nil where it is not one, as when another program wrote it.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty, bytes.last != Self.digits[0] else { return nil }
        guard bytes.allSatisfy(Self.digits.contains) else { return nil }
        self.text = text
    }

    private init(values: [Int64]) {
        let end = values.lastIndex { $0 != 0 } ?? 0
        text = String(decoding: values[...end].map { Self.digits[Int($0)] }, as: UTF8.self)
    }

    /// A new position after `a` and before `b`.
    ///
    /// - Parameters:
    ///   - a: The position before; nil stands for the beginning of the list.
    ///   - b: The position after; nil stands for the end of the list.
    ///   - randomBits: 64 random bits, others for each call.
    /// - Returns: The position; nil where `a` is not before `b`, as when two devices chose the
    ///   same: then take the next neighbour that differs.
    public static func between(
        _ a: ListPosition?, _ b: ListPosition?, randomBits: UInt64
    ) -> ListPosition? {
        if let a, let b, a >= b { return nil }
        let (low, high) = (a?.values ?? [], b?.values ?? [])
        // Both are cut to as many digits as make the gap wide enough.
        var gap: Int64 = b == nil ? 1 : 0
        var values: [Int64] = []
        while gap < slots {
            let index = values.count
            values.append(index < low.count ? low[index] : 0)
            gap = gap << bitsPerDigit + (index < high.count ? high[index] : 0) - values[index]
        }
        var carry = step(in: gap, low.count, high.count, hasEnds: (a == nil, b == nil), randomBits)
        for index in values.indices.reversed() {
            carry += values[index]
            values[index] = carry & (1 << bitsPerDigit - 1)
            carry >>= bitsPerDigit
        }
        return ListPosition(values: values)
    }

    /// How far after the cut `a` the new position lies, in places of the gap.
    ///
    /// The longer neighbour is the newer one, and rows often come one after the other: near it,
    /// most of the gap is left for those to come.
    private static func step(
        in gap: Int64, _ low: Int, _ high: Int, hasEnds: (low: Bool, high: Bool), _ bits: UInt64
    ) -> Int64 {
        func random(_ range: Range<Int64>) -> Int64 {
            let width = UInt64(range.upperBound - range.lowerBound)
            return range.lowerBound + Int64(bits.multipliedFullWidth(by: width).high)
        }
        switch hasEnds {
        case (true, true): return random(gap / 4..<gap / 4 * 3)
        case (false, true): return random(gap >> 14..<gap >> 13)
        case (true, false): return gap - random(gap >> 14..<gap >> 13)
        case (false, false):
            if low == high { return random(gap / 4..<gap / 4 * 3) }
            let near = random(gap >> 7..<gap >> 6)
            return low > high ? near : gap - near
        }
    }

    /// The digits as numbers.
    private var values: [Int64] {
        text.utf8.map { byte in Int64(Self.digits.firstIndex(of: byte) ?? 0) }
    }

    /// The text.
    public var description: String { text }

    /// Orders as the bytes do, which is how SQLite sorts texts.
    public static func < (left: Self, right: Self) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}
