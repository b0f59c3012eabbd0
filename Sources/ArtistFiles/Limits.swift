/// The limits within which artists' files are read; what exceeds one is refused with the reason.
///
/// The sides and pixels of a picture are limited by who reads its rows: no reader allocates for
/// them before it is asked for rows.
package enum Limits {
    /// The most entries of an archive such as a Krita file: the library keeps each.
    package static let archiveEntries = 100_000
    /// The largest entry of an archive that is unpacked, in bytes: the merged picture.
    package static let entryBytes = 512 << 20
    /// The largest description of layers, in bytes of XML.
    package static let layerListBytes = 8 << 20
    /// The most layers and groups of one file.
    package static let layers = 4_096
    /// How deep groups of layers may be nested.
    package static let layerDepth = 64
    /// The most pixels of one layer whose covering is looked at.
    package static let layerPixels = 200_000_000
    /// The most bytes of a layer's name.
    package static let layerNameBytes = 1_024
    /// The largest embedded preview, in bytes.
    package static let previewBytes = 64 << 20
    /// The largest database of a Clip Studio file, in bytes.
    package static let databaseBytes = 512 << 20
    /// The most instructions of SQLite's machine, in thousands, to find a preview.
    package static let databaseThousandSteps = 10_000
    /// The most chunks of a Clip Studio file.
    package static let clipChunks = 1 << 20
    /// The largest embedded colour profile, in bytes; a larger one is ignored.
    package static let profileBytes = 4 << 20
    /// The most bytes that libtiff allocates at once: a row of tiles or a strip.
    package static let tiffBlockBytes = 256 << 20
    /// The most samples of a pixel of a TIFF or PSD.
    package static let samples = 56
    /// The most pixels of a HEIC, AVIF or JPEG XL picture: their decoders hold it whole, with up to
    /// 16 bytes a pixel.
    package static let wholePixels = 64_000_000
    /// Deflate compresses at most 1,032 to 1 (zlib's technical details): the bound behind the check
    /// against decompression bombs.
    package static let deflateRatio = 1_032
}
