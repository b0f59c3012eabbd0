import Crypto

/// A picture in memory: sRGB with straight (unpremultiplied) alpha, 8 bits a channel.
public struct Picture: Sendable, Equatable {
    /// The width, in pixels.
    public let width: Int
    /// The height, in pixels.
    public let height: Int
    /// `[height, width, 4]`, RGBA, row-major.
    public let pixels: [UInt8]

    /// Makes a picture of pixels that are there already.
    ///
    /// - Parameters:
    ///   - width: 1 to ``Limits/side``.
    ///   - height: 1 to ``Limits/side``; `width * height` is at most ``Limits/pixels``.
    ///   - pixels: `[height, width, 4]`, RGBA, row-major.
    /// - Throws: ``PictureError/tooSmall(width:height:)`` or
    ///   ``PictureError/tooLarge(width:height:side:pixels:)`` for a size out of range,
    ///   ``PictureError/wrongByteCount(count:expected:)`` if the bytes do not fit it.
    public init(width: Int, height: Int, pixels: [UInt8]) throws(PictureError) {
        let count = try Picture.byteCount(width: width, height: height)
        guard pixels.count == count else {
            throw .wrongByteCount(count: pixels.count, expected: count)
        }
        self.init(checkedWidth: width, height: height, pixels: pixels)
    }

    /// SHA-256 over width and height (little-endian, 32 bits each) and ``pixels``: 32 bytes.
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

    /// Whether the alpha of every pixel is 255.
    public var isOpaque: Bool {
        pixels.withUnsafeBufferPointer { bytes in
            stride(from: 3, to: bytes.count, by: 4).allSatisfy { bytes[$0] == 255 }
        }
    }

    /// Decodes a file of any ``PictureFormat`` to 8-bit sRGB, upright.
    ///
    /// The size limits are checked by the header, before any pixel is allocated. Every bit depth
    /// and channel layout is converted, CMYK too; an embedded colour profile and the EXIF
    /// orientation are applied.
    ///
    /// - Parameter bytes: The whole file, at most ``Limits/fileBytes``; it may be hostile.
    /// - Returns: The picture and the format of the file.
    /// - Throws: ``PictureError``; nothing is kept of the file.
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

    /// The size of the picture in a file, upright, in pixels: by its header, so
    /// that a file may be refused all the same when it is decoded.
    ///
    /// - Parameter bytes: The whole file, at most ``Limits/fileBytes``; it may be hostile.
    /// - Throws: ``PictureError``, for what the header shows.
    public static func size(
        of bytes: [UInt8]
    ) throws(PictureError) -> (width: Int, height: Int) {
        try PictureFile(bytes).uprightSize
    }

    /// What the artist may want to know about a picture file, by its header.
    ///
    /// - Parameter bytes: The whole file, at most ``Limits/fileBytes``; it may be hostile.
    /// - Throws: ``PictureError``, for what the header shows.
    public static func notes(on bytes: [UInt8]) throws(PictureError) -> [PictureNote] {
        try PictureFile(bytes).notes
    }

    /// The picture file that a file shows: the PNG within an OpenRaster, Krita, Clip Studio or
    /// Procreate file, else the file itself. What is written about the picture lies in it.
    ///
    /// - Parameter bytes: The whole file; it may be hostile.
    public static func shownFile(in bytes: [UInt8]) -> [UInt8] {
        (try? PictureFile(bytes))?.bytes ?? bytes
    }

    /// The number of bytes of a picture of this size.
    ///
    /// - Throws: ``PictureError`` if a side is below 1, or a limit is exceeded.
    static func byteCount(width: Int, height: Int) throws(PictureError) -> Int {
        guard width > 0, height > 0 else { throw .tooSmall(width: width, height: height) }
        guard width <= Limits.side, height <= Limits.side, width * height <= Limits.pixels else {
            throw .tooLarge(
                width: width, height: height, side: Limits.side, pixels: Limits.pixels)
        }
        return width * height * 4
    }

    /// Makes a picture whose size was checked before.
    init(checkedWidth width: Int, height: Int, pixels: [UInt8]) {
        precondition(pixels.count == width * height * 4, "the pixels fit the size")
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}

/// Computes ``Picture/pixelHash`` row by row.
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

    /// Adds the next row: straight RGBA.
    mutating func add(_ row: UnsafePointer<UInt8>) {
        hash.update(bufferPointer: UnsafeRawBufferPointer(start: row, count: rowBytes))
    }

    /// The hash after the last row.
    var finished: [UInt8] { Array(hash.finalize()) }
}
