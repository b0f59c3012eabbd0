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
        return MarkedPicture(picture, chips: MarkPattern(key: key).chips(carrying: payload)).marked
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
        MarkSearch(picture, pattern: MarkPattern(key: key)).best
    }
}
