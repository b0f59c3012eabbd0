/// An invisible watermark that carries 32 bits: a hint where a picture came from, no proof.
///
/// A spread-spectrum watermark: chips of 8 × 8 pixels become slightly lighter or darker by a
/// periodic pattern that a key shuffles. It survives JPEG of quality 50, scaling by 0.5 to 2,
/// cropping, mirroring and quarter turns, also on flat art. Whoever knows the key can remove it.
public struct InvisibleWatermark: Sendable {
    /// What was detected in a picture.
    public struct Reading: Sendable, Equatable {
        /// The 32 bits.
        public let payload: UInt32
        /// The correlation peak over the root mean square of all correlations; below
        /// ``InvisibleWatermark/threshold`` nothing was detected.
        public let strength: Float
        /// The scale of the picture relative to the one that was marked.
        public let scale: Double
        /// Whether the picture was mirrored.
        public let isMirrored: Bool
    }

    /// The strength from which a watermark counts as detected.
    public static let threshold: Float = 7
    /// The smallest width and height of a picture that is marked, in pixels.
    public static let smallestSide = 128

    /// The side of a chip in pixels.
    static let chipSide = 8

    let key: UInt64

    /// - Parameter key: Shuffles the pattern; only who knows it can read the watermark.
    public init(key: UInt64) { self.key = key }

    /// The picture with the watermark; size and alpha stay.
    ///
    /// - Parameter payload: What ``read(_:)`` returns.
    /// - Returns: The picture unchanged if a side is below ``smallestSide``.
    public func embed(_ payload: UInt32, in picture: Picture) -> Picture {
        guard min(picture.width, picture.height) >= InvisibleWatermark.smallestSide else {
            return picture
        }
        return WatermarkEmbedder(
            picture, chips: WatermarkPattern(key: key).chips(carrying: payload)
        ).marked
    }

    /// Detects the watermark; takes about two CPU seconds.
    ///
    /// - Returns: nil if there is none with this key.
    public func read(_ picture: Picture) -> Reading? {
        let reading = bestReading(of: picture)
        return reading.strength >= InvisibleWatermark.threshold ? reading : nil
    }

    /// The most likely reading, whatever its strength.
    @_spi(Measuring)
    public func bestReading(of picture: Picture) -> Reading {
        WatermarkDetector(picture, pattern: WatermarkPattern(key: key)).best
    }
}

/// The tile of the invisible watermark: 32 × 32 chips, lighter or darker, shuffled by a key.
///
/// Half of the chips synchronise: they tell where the tile is. Of the others sixteen carry each
/// bit.
struct WatermarkPattern {
    static let chips = 32
    static let bits = 32
    /// Samples across a tile when it is read: two a chip.
    static let samples = 64

    /// `[32, 32]`: -1 or 1.
    private let signs: [Float]
    /// `[32, 32]`: the bit that a chip carries, -1 for synchronisation.
    private let roles: [Int]

    init(key: UInt64) {
        var state = key
        func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            return mixed ^ mixed >> 31
        }
        let count = WatermarkPattern.chips * WatermarkPattern.chips
        signs = (0..<count).map { _ in next() & 1 == 0 ? 1 : -1 }
        var roles = (0..<count).map { $0 < count / 2 ? -1 : $0 % WatermarkPattern.bits }
        for index in roles.indices.dropLast() {
            roles.swapAt(index, index + Int(next() % UInt64(count - index)))
        }
        self.roles = roles
    }

    /// `[32, 32]`: the chips of a payload, -1 or 1.
    func chips(carrying payload: UInt32) -> [Float] {
        signs.indices.map { index in
            let bit = roles[index]
            return bit >= 0 && payload >> UInt32(bit) & 1 == 0 ? -signs[index] : signs[index]
        }
    }

    /// `[64, 64]`: the synchronisation chips in one orientation, 0 elsewhere.
    func guide(orientation: Int) -> [Float] {
        (0..<(WatermarkPattern.samples * WatermarkPattern.samples)).map { index in
            let chip = WatermarkPattern.source(
                x: index % WatermarkPattern.samples, y: index / WatermarkPattern.samples,
                orientation: orientation
            )
            return roles[chip] < 0 ? signs[chip] : 0
        }
    }

    /// The correlation of each bit with a detected tile: above 0 for a one.
    func votes(in tile: [Float], left: Int, top: Int, orientation: Int) -> [Float] {
        let side = WatermarkPattern.samples
        var votes = [Float](repeating: 0, count: WatermarkPattern.bits)
        for y in 0..<side {
            for x in 0..<side {
                let chip = WatermarkPattern.source(
                    x: (x - left + side) % side, y: (y - top + side) % side,
                    orientation: orientation)
                if roles[chip] >= 0 { votes[roles[chip]] += signs[chip] * tile[y * side + x] }
            }
        }
        return votes
    }

    /// The chip under a sample of the tile mirrored (bits 0 and 1) and transposed (bit 2).
    private static func source(x: Int, y: Int, orientation: Int) -> Int {
        let across = orientation & 1 == 0 ? x : samples - 1 - x
        let down = orientation & 2 == 0 ? y : samples - 1 - y
        return orientation & 4 == 0 ? down / 2 * chips + across / 2 : across / 2 * chips + down / 2
    }
}
