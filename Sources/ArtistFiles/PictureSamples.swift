/// How the samples of a picture are to be understood.
package struct SampleLayout: Sendable, Equatable {
    /// What the four samples of a pixel are.
    package enum Channels: Sendable, Equatable {
        /// Red, green, blue, straight alpha.
        case color
        /// Three times the same grey, and straight alpha.
        case gray
        /// Cyan, magenta, yellow, black, where 255 is no ink; always 8 bits. Alpha comes apart.
        case invertedInks
    }

    /// What a file says of its colours.
    package enum Profile: Sendable, Equatable {
        /// Nothing: sRGB.
        case none
        /// An ICC profile.
        case icc([UInt8])
        /// Code points of ITU-T H.273 for full-range RGB.
        case codePoints(primaries: Int, transfer: Int)
    }

    /// Pixels across, before the orientation is applied.
    package var width: Int
    /// Pixels down, before the orientation is applied.
    package var height: Int
    /// The EXIF orientation, 1 to 8.
    package var orientation = 1
    /// What the samples are.
    package var channels = Channels.color
    /// Whether samples have 16 bits instead of 8.
    package var is16Bit = false
    /// What the samples are relative to.
    package var profile = Profile.none
    /// What the artist may want to know.
    package var notes: [ArtistFileNote] = []

    /// Pixels of 8-bit RGBA.
    init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }
}

/// A remark on a file that was read all the same.
package enum ArtistFileNote: Sendable, Equatable {
    /// It is animated; its first picture was read.
    case animation
    /// It holds several pictures or pages; its first one was read.
    case severalPictures
    /// Only its embedded preview was read; `canvas` is its full size where the file tells it.
    case previewOnly(width: Int, height: Int, canvas: CanvasSize?)
}

/// The size of a canvas, in pixels.
package struct CanvasSize: Sendable, Equatable {
    /// Pixels across.
    package let width: Int
    /// Pixels down.
    package let height: Int
}

/// A picture whose header was read; no pixel is decoded yet.
package protocol PictureSamples: Sendable {
    /// How its samples are to be understood. The caller checks the size before it asks for rows.
    var layout: SampleLayout { get }

    /// Decodes the rows from the first; each call decodes the file again.
    func withRows<Result>(
        _ body: (any SampleRows) -> Result
    ) throws(ArtistFileError) -> Result
}

/// Decodes the rows of one picture from the top, in the order of the file.
package protocol SampleRows: AnyObject {
    /// Writes the next row. The caller asks for as many rows as there are.
    ///
    /// - Parameters:
    ///   - row: `[width, 4]`, of 8 or 16 bits in the machine's order, as the layout says.
    ///   - alphas: `[width]`: written for inks only.
    /// - Throws: ``ArtistFileError/corrupt(reason:)``.
    func read(
        into row: UnsafeMutableRawPointer, alphas: UnsafeMutablePointer<UInt8>
    ) throws(ArtistFileError)
}
