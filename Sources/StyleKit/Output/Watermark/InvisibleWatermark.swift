/// A mark that people do not see and programs find: a hint where a picture came from, no proof.
///
/// Patches of eight pixels become a little lighter or darker after a pattern that a key shuffles,
/// over and over. It outlives JPEG of quality 50, scaling from a half to the double, cropping,
/// mirroring and quarter turns, also on flat art, and carries 32 bits. Whoever knows the key can
/// remove it.
public struct InvisibleMark: Sendable {
    /// What was found in a picture.
    public struct Reading: Sendable, Equatable {
        /// The 32 bits.
        public let payload: UInt32
        /// How far the pattern stands out from chance: nothing was found below
        /// ``InvisibleMark/threshold``.
        public let strength: Float
        /// How much larger the picture is than it was when it was marked.
        public let scale: Double
        /// Whether it was mirrored.
        public let isMirrored: Bool
    }

    /// The strength from which a mark counts as found.
    public static let threshold: Float = 7
    /// The smallest width and height of a picture that is worth marking, in pixels.
    public static let smallestSide = 128

    static let chipSide = 8

    let key: UInt64

    /// - Parameter key: Shuffles the pattern; only who knows it finds the mark.
    public init(key: UInt64) { self.key = key }

    /// The picture with the mark; size and alpha stay.
    ///
    /// - Parameter payload: What ``read(_:)`` gives back.
    /// - Returns: The picture unchanged if a side is below ``smallestSide``.
    public func embed(_ payload: UInt32, in picture: Picture) -> Picture {
        guard min(picture.width, picture.height) >= InvisibleMark.smallestSide else {
            return picture
        }
        return WatermarkEmbedder(
            picture, chips: WatermarkPattern(key: key).chips(carrying: payload)
        ).marked
    }

    /// Looks for the mark; takes about two seconds.
    ///
    /// - Returns: nil if there is none with this key.
    public func read(_ picture: Picture) -> Reading? {
        let reading = bestReading(of: picture)
        return reading.strength >= InvisibleMark.threshold ? reading : nil
    }

    /// The most likely reading, found or not.
    @_spi(Measuring)
    public func bestReading(of picture: Picture) -> Reading {
        WatermarkDetector(picture, pattern: WatermarkPattern(key: key)).best
    }
}

/// The tile of the invisible mark: 32 × 32 chips, lighter or darker, as a key shuffles them.
///
/// Half of the chips only say where the tile lies. Of the others, sixteen stand for each bit.
struct WatermarkPattern {
    static let chips = 32
    static let bits = 32
    /// Samples across a tile when it is read: two a chip.
    static let samples = 64

    /// `[32, 32]`: -1 or 1.
    private let signs: [Float]
    /// `[32, 32]`: the bit that a chip stands for, -1 for none.
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

    /// `[32, 32]`: the chips that carry these bits, -1 or 1.
    func chips(carrying payload: UInt32) -> [Float] {
        signs.indices.map { index in
            let bit = roles[index]
            return bit >= 0 && payload >> UInt32(bit) & 1 == 0 ? -signs[index] : signs[index]
        }
    }

    /// `[64, 64]`: what tells where the tile lies, turned or mirrored, see ``source(x:y:turn:)``.
    func guide(orientation: Int) -> [Float] {
        (0..<(WatermarkPattern.samples * WatermarkPattern.samples)).map { index in
            let chip = WatermarkPattern.source(
                x: index % WatermarkPattern.samples, y: index / WatermarkPattern.samples,
                orientation: orientation
            )
            return roles[chip] < 0 ? signs[chip] : 0
        }
    }

    /// What a found tile says of each bit: above 0 for a one; the further, the surer.
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
