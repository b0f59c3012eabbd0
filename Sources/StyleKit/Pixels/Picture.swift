import Crypto

/// A picture in memory: straight-alpha sRGB with 8 bits a channel.
public struct Picture: Sendable, Equatable {
    /// Pixels across.
    public let width: Int
    /// Pixels down.
    public let height: Int
    /// `[height, width, 4]`, RGBA, row-major.
    public let pixels: [UInt8]

    /// Takes pixels after checking that they fit the size.
    ///
    /// - Parameters:
    ///   - width: 1 to ``Limits/side``.
    ///   - height: 1 to ``Limits/side``.
    ///   - pixels: `[height, width, 4]`, RGBA, row-major.
    /// - Throws: ``PictureError`` if the size is out of range or the byte count does not fit.
    public init(width: Int, height: Int, pixels: [UInt8]) throws(PictureError) {
        let count = try Picture.byteCount(width: width, height: height)
        guard pixels.count == count else {
            throw .wrongByteCount(count: pixels.count, expected: count)
        }
        self.init(checkedWidth: width, height: height, pixels: pixels)
    }

    /// SHA-256 over width and height (little-endian, 32 bits each) and the pixels.
    ///
    /// Two files with the same pixels have the same hash, whatever their format.
    public var pixelHash: [UInt8] {
        var hash = PixelHash(width: width, height: height)
        pixels.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for row in 0..<height { hash.add(base + row * width * 4) }
        }
        return hash.finished
    }

    /// Whether every pixel is opaque.
    public var isOpaque: Bool {
        pixels.withUnsafeBufferPointer { bytes in
            stride(from: 3, to: bytes.count, by: 4).allSatisfy { bytes[$0] == 255 }
        }
    }

    /// Reads a PNG, JPEG or WebP file and makes it 8-bit sRGB, upright.
    ///
    /// Size limits are checked from the header, before any pixel is allocated. Every bit depth and
    /// channel kind is converted, inks too; an embedded colour profile and the EXIF orientation are
    /// applied.
    ///
    /// - Parameter bytes: The whole file; it may come from a stranger.
    /// - Returns: The picture and the format it came in.
    /// - Throws: ``PictureError``.
    public static func decode(
        _ bytes: [UInt8]
    ) throws(PictureError) -> (Picture, PictureFormat) {
        let file = try PictureFile(bytes)
        let (width, height) = file.uprightSize
        let count = try byteCount(width: width, height: height)
        var refusal: PictureError?
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
            guard let base = buffer.baseAddress else { return }
            do throws(PictureError) {
                try UprightRows(file).fill(base)
                used = count
            } catch {
                refusal = error
            }
        }
        if let refusal { throw refusal }
        return (Picture(checkedWidth: width, height: height, pixels: pixels), file.format)
    }

    /// The bytes of a picture of this size.
    ///
    /// - Throws: ``PictureError`` if a side is below one or beyond the limits.
    static func byteCount(width: Int, height: Int) throws(PictureError) -> Int {
        guard width > 0, height > 0 else { throw .tooSmall(width: width, height: height) }
        guard width <= Limits.side, height <= Limits.side, width * height <= Limits.pixels else {
            throw .tooLarge(
                width: width, height: height, side: Limits.side, pixels: Limits.pixels)
        }
        return width * height * 4
    }

    /// Takes pixels whose size was checked already.
    init(checkedWidth width: Int, height: Int, pixels: [UInt8]) {
        precondition(pixels.count == width * height * 4, "the pixels fit the size")
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}

/// Makes ``Picture/pixelHash`` row by row.
struct PixelHash {
    private let rowBytes: Int
    private var hash = SHA256()

    init(width: Int, height: Int) {
        rowBytes = width * 4
        var size: [UInt8] = []
        for side in [width, height] {
            for shift in [0, 8, 16, 24] { size.append(UInt8(truncatingIfNeeded: side >> shift)) }
        }
        hash.update(data: size)
    }

    /// Takes the next row.
    mutating func add(_ row: UnsafePointer<UInt8>) {
        hash.update(bufferPointer: UnsafeRawBufferPointer(start: row, count: rowBytes))
    }

    /// The hash after the last row.
    var finished: [UInt8] { Array(hash.finalize()) }
}
