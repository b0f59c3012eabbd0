/// Finds the known hashes within ``Fingerprint/matchDistance`` of a hash, among millions, exactly.
///
/// The 256 bits are cut into sixteen substrings of sixteen. Two hashes that differ in at most 31
/// bits differ in at most one bit of some substring, so only those with such a substring are
/// compared: about one in 250.
///
/// - Note: Multi-index hashing: Norouzi, Punjani, Fleet, *Fast Search in Hamming Space with
///   Multi-Index Hashing*, 2012.
public struct FingerprintIndex: Sendable {
    /// A known hash within the distance.
    public struct Match: Sendable, Equatable {
        /// The position at which it was added: 0 for the first.
        public let position: Int
        /// The number of bits that differ.
        public let distance: Int
    }

    private static let runs = 16
    private static let values = 1 << 16
    /// New hashes are compared one by one until there are this many, or a sixteenth of the others:
    /// then the tables are rebuilt.
    private static let minimumUnindexed = 4_096

    private var fingerprints: [Fingerprint]
    private var isRemoved: [Bool]
    /// How many hashes the tables hold.
    private var indexedCount = 0
    /// `[16, 65,537]`: where the positions of a substring's value begin.
    private var starts: [UInt32] = []
    /// `[16, indexedCount]`: positions by a substring's value.
    private var positions: [UInt32] = []

    /// Builds the index; the position of a hash is its index in the array.
    ///
    /// Needs 96 bytes a hash, and 4 MiB.
    public init(_ fingerprints: [Fingerprint] = []) {
        self.fingerprints = fingerprints
        isRemoved = [Bool](repeating: false, count: fingerprints.count)
        makeTables()
    }

    /// How many hashes were added, removed ones included.
    public var count: Int { fingerprints.count }

    /// Adds a hash.
    ///
    /// - Returns: Its position.
    @discardableResult
    public mutating func append(_ fingerprint: Fingerprint) -> Int {
        fingerprints.append(fingerprint)
        isRemoved.append(false)
        if count - indexedCount > max(Self.minimumUnindexed, indexedCount / 16) { makeTables() }
        return count - 1
    }

    /// Removes a hash; the positions of the others stay.
    ///
    /// - Parameter position: 0 to ``count`` - 1.
    public mutating func remove(at position: Int) {
        precondition(position >= 0 && position < count, "the position was put in")
        isRemoved[position] = true
        fingerprints[position] = Fingerprint(words: SIMD4())
    }

    /// The known pictures near to one, turned and mirrored in any way, nearest first.
    ///
    /// - Parameters:
    ///   - reading: The hashes of the picture to look up.
    ///   - distance: 0 to ``Fingerprint/matchDistance``.
    /// - Returns: Each position once, with its smallest distance; equal ones by position.
    public func matches(
        of reading: FingerprintReading, within distance: Int = Fingerprint.matchDistance
    ) -> [Match] {
        matches(of: reading.variants, within: distance)
    }

    /// The known fingerprints near to any of these, nearest first.
    ///
    /// - Parameters:
    ///   - variants: The ways in which the picture may be turned.
    ///   - distance: 0 to ``Fingerprint/matchDistance``.
    public func matches(
        of variants: [Fingerprint], within distance: Int = Fingerprint.matchDistance
    ) -> [Match] {
        precondition(
            (0...Fingerprint.matchDistance).contains(distance), "distances go up to 31")
        var nearest: [Int: Int] = [:]
        for variant in variants {
            collect(variant, within: distance, into: &nearest)
        }
        return nearest.map { Match(position: $0.key, distance: $0.value) }
            .sorted { ($0.distance, $0.position) < ($1.distance, $1.position) }
    }

    /// The same by comparing with every fingerprint: what the tables are measured against.
    @_spi(Measuring)
    public func matchesByComparingAll(
        of variants: [Fingerprint], within distance: Int = Fingerprint.matchDistance
    ) -> [Match] {
        var found: [Match] = []
        for (position, known) in fingerprints.enumerated() {
            var best = Fingerprint.bits
            for variant in variants { best = min(best, variant.distance(to: known)) }
            if best <= distance, !isRemoved[position] {
                found.append(Match(position: position, distance: best))
            }
        }
        return found.sorted { ($0.distance, $0.position) < ($1.distance, $1.position) }
    }

    private func collect(
        _ variant: Fingerprint, within distance: Int, into nearest: inout [Int: Int]
    ) {
        var found: [(Int, Int)] = []
        fingerprints.withUnsafeBufferPointer { known in
            for position in indexedCount..<known.count {
                let gap = variant.distance(to: known[position])
                if gap <= distance { found.append((position, gap)) }
            }
            guard indexedCount > 0 else { return }
            starts.withUnsafeBufferPointer { starts in
                positions.withUnsafeBufferPointer { positions in
                    for run in 0..<Self.runs {
                        let value = Self.value(of: variant, run: run)
                        // The value itself, and the sixteen that differ in one bit.
                        for change in -1..<16 {
                            let near = change < 0 ? value : value ^ (1 << change)
                            let row = run * (Self.values + 1) + near
                            let base = run * indexedCount
                            for place in Int(starts[row])..<Int(starts[row + 1]) {
                                let position = Int(positions[base + place])
                                let gap = variant.distance(to: known[position])
                                if gap <= distance { found.append((position, gap)) }
                            }
                        }
                    }
                }
            }
        }
        for (position, gap) in found where !isRemoved[position] {
            nearest[position] = min(nearest[position] ?? gap, gap)
        }
    }

    private static func value(of fingerprint: Fingerprint, run: Int) -> Int {
        Int(fingerprint.words[run >> 2] >> UInt64((run & 3) << 4) & 0xFFFF)
    }

    /// Sorts all positions by the value of each substring, by counting.
    private mutating func makeTables() {
        indexedCount = count
        guard indexedCount > 0 else { return }
        precondition(indexedCount <= Int(UInt32.max), "positions have 32 bits")
        starts = [UInt32](repeating: 0, count: Self.runs * (Self.values + 1))
        positions = [UInt32](repeating: 0, count: Self.runs * indexedCount)
        for run in 0..<Self.runs {
            let row = run * (Self.values + 1)
            let base = run * indexedCount
            for fingerprint in fingerprints {
                starts[row + Self.value(of: fingerprint, run: run) + 1] += 1
            }
            for value in 0..<Self.values { starts[row + value + 1] += starts[row + value] }
            var next = Array(starts[row..<(row + Self.values)])
            for (position, fingerprint) in fingerprints.enumerated() {
                let value = Self.value(of: fingerprint, run: run)
                positions[base + Int(next[value])] = UInt32(position)
                next[value] += 1
            }
        }
    }
}
