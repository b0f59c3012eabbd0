import CZlib

/// The chunks of a PNG file that matter, told apart before libpng sees any of it.
///
/// libpng gets only what it decodes pixels from, so that texts and other foreign chunks are never
/// unpacked. Colour is described here, as libpng's simple interface hides it.
struct PNGFile {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    private static let pixelChunks: Set<String> = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]
    private static let colorChunks: Set<String> = ["iCCP", "sRGB", "gAMA", "cHRM", "eXIf", "tRNS"]
    /// Deflate never packs better than 1,032 to 1.
    private static let deflateLimit = 1_032

    let width: Int
    let height: Int
    let depth: Int
    /// 0 grey, 2 colour, 3 palette, 4 grey and alpha, 6 colour and alpha.
    let kind: Int
    /// A PNG file that holds the pixels and nothing else.
    private(set) var pixelFile = PNGFile.signature
    private var colorParts: [String: UntrustedBytes] = [:]
    private var packedBytes = 0
    private var isEnded = false

    init(_ bytes: [UInt8]) throws(PictureError) {
        let file = UntrustedBytes(bytes)
        guard
            file.starts(with: PNGFile.signature), let head = file.part(at: 16, bytes: 13),
            file.number(at: 8, bytes: 4) == 13,
            file.part(at: 12, bytes: 4)?.starts(with: Array("IHDR".utf8)) == true,
            let width = head.number(at: 0, bytes: 4), let height = head.number(at: 4, bytes: 4),
            let depth = head.number(at: 8, bytes: 1), let kind = head.number(at: 9, bytes: 1)
        else { throw .corrupt(reason: "its header is cut short") }
        self.width = width
        self.height = height
        self.depth = depth
        self.kind = kind
        _ = try Picture.byteCount(width: width, height: height)
        pixelFile.reserveCapacity(bytes.count)
        var position = PNGFile.signature.count
        while !isEnded, position < file.count {
            position += try take(file, at: position)
        }
        guard isEnded else { throw .corrupt(reason: "it is cut short") }
        let channels = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][kind] ?? 1
        guard packedBytes * PNGFile.deflateLimit >= width * height * depth * channels / 8 else {
            throw .corrupt(reason: "it holds too few bytes for \(width) × \(height) pixels")
        }
    }

    var isGray: Bool { kind == 0 || kind == 4 }

    var orientation: Int { colorParts["eXIf"].map(Orientation.read) ?? 1 }

    /// What the samples mean, unless they are sRGB: an embedded profile goes before numbers.
    var profile: ColorProfile? {
        if let part = colorParts["iCCP"] { return unpackedProfile(part).flatMap(ColorProfile.init) }
        guard colorParts["sRGB"] == nil, let gamma = colorParts["gAMA"]?.number(at: 0, bytes: 4)
        else { return nil }
        let numbers = (0..<8).compactMap { colorParts["cHRM"]?.number(at: $0 * 4, bytes: 4) }
        let places = stride(from: 0, to: numbers.count - 1, by: 2).map { index in
            (x: Double(numbers[index]) / 100_000, y: Double(numbers[index + 1]) / 100_000)
        }
        return ColorProfile(
            gamma: Double(gamma) / 100_000, primaries: places.count == 4 ? places : nil)
    }

    /// Takes one chunk; returns its length in the file.
    private mutating func take(
        _ file: UntrustedBytes, at position: Int
    ) throws(PictureError) -> Int {
        guard
            let length = file.number(at: position, bytes: 4),
            let whole = file.part(at: position, bytes: length + 12),
            let body = whole.part(at: 8, bytes: length),
            let tag = whole.part(at: 4, bytes: 4)
        else { throw .corrupt(reason: "it is cut short") }
        let name = String(decoding: tag.bytes, as: UTF8.self)
        if PNGFile.colorChunks.contains(name) {
            let sum = whole.part(at: 4, bytes: length + 4).map(PNGFile.checksum)
            guard sum == whole.number(at: length + 8, bytes: 4) else {
                throw .corrupt(reason: "the checksum of its \(name) chunk does not fit")
            }
            if colorParts[name] == nil { colorParts[name] = body }
        }
        if PNGFile.pixelChunks.contains(name) { pixelFile.append(contentsOf: whole.bytes) }
        if name == "IDAT" { packedBytes += length }
        isEnded = name == "IEND"
        return length + 12
    }

    /// A name, a zero, the method, and the packed profile.
    private func unpackedProfile(_ part: UntrustedBytes) -> [UInt8]? {
        guard
            let end = part.bytes.prefix(80).firstIndex(of: 0),
            part.number(at: end - part.bytes.startIndex + 1, bytes: 1) == 0
        else { return nil }
        let packed = Array(part.bytes[(end + 2)...])
        let limit = min(Limits.profileBytes, packed.count * PNGFile.deflateLimit + 64)
        var isWhole = false
        let profile = [UInt8](unsafeUninitializedCapacity: limit) { target, used in
            var length = uLongf(limit)
            isWhole =
                uncompress(target.baseAddress, &length, packed, uLong(packed.count)) == Z_OK
            used = isWhole ? Int(length) : 0
        }
        return isWhole ? profile : nil
    }

    private static func checksum(_ part: UntrustedBytes) -> Int {
        Int(part.bytes.withUnsafeBufferPointer { crc32(0, $0.baseAddress, uInt($0.count)) })
    }
}
