import ArtistFiles
import CWebP

/// The chunks of a WebP file that its pixels depend on.
struct WebPFile {
    let width: Int
    let height: Int
    private(set) var orientation = 1
    private(set) var notes: [PictureNote] = []
    /// The profile of the samples; nil where they count as sRGB.
    private(set) var colors: ColorProfile?
    private var isAnimated = false
    private var hasProfile = false

    init(_ bytes: [UInt8]) throws(PictureError) {
        var features = WebPBitstreamFeatures()
        let isRead = WebPGetFeatures(bytes, bytes.count, &features) == VP8_STATUS_OK
        width = Int(features.width)
        height = Int(features.height)
        walk(UntrustedBytes(bytes))
        guard !isAnimated, features.has_animation == 0 else {
            throw .unsupported(reason: "it is an animation")
        }
        guard isRead else { throw .corrupt(reason: "its WebP header is damaged") }
        _ = try Picture.byteCount(width: width, height: height)
        if hasProfile, colors == nil {
            notes.append(.colorsIgnored(reason: ColorProfile.unusable))
        }
    }

    /// Walks the chunks; a truncated one ends the walk, and the decoder judges the file.
    private mutating func walk(_ file: UntrustedBytes) {
        var position = 12
        while let tag = file.part(at: position, bytes: 4),
            let length = file.number(at: position + 4, bytes: 4, isLittle: true),
            let body = file.part(at: position + 8, bytes: length)
        {
            take(String(decoding: tag.bytes, as: UTF8.self), body)
            position += 8 + length + length % 2
        }
    }

    private mutating func take(_ tag: String, _ body: UntrustedBytes) {
        switch tag {
        case "ANIM", "ANMF": isAnimated = true
        case "ICCP" where !hasProfile:
            hasProfile = true
            guard body.count <= Limits.profileBytes else { return }
            colors = ColorProfile(icc: Array(body.bytes)).flatMap { $0.fits(.color) ? $0 : nil }
        case "EXIF" where orientation == 1: orientation = Orientation.read(exif: body)
        default: break
        }
    }
}

/// Decodes the rows of a still WebP file, lossy or lossless, with or without alpha.
///
/// libwebp decodes rectangles, not rows: large pictures are decoded strip by strip. Of a lossless
/// file it holds all pixels all the same, as any may refer to those before.
final class WebPReader: RowReader {
    /// Rows decoded beyond both ends of a strip: libwebp interpolates chroma from neighbouring
    /// rows, which it does not see beyond the rectangle.
    private static let overlap = 2

    private let file: WebPFile
    private let bytes: UnsafeBufferPointer<UInt8>
    private let stripRows: Int
    private let transform: ColorTransform?
    private var strip: [UInt8] = []
    private var stripStart = 0
    private var row = 0

    /// - Parameter bytes: The file; the memory must outlive the reader.
    init(_ file: WebPFile, _ bytes: UnsafeBufferPointer<UInt8>, stripBytes: Int) {
        self.file = file
        self.bytes = bytes
        transform = file.colors?.transform(kind: .color, is16Bit: false)
        stripRows = min(file.height, max(2, stripBytes / (file.width * 4) / 2 * 2))
    }

    func read(into target: UnsafeMutablePointer<UInt8>) throws(PictureError) {
        if row.isMultiple(of: stripRows) { try decodeStrip() }
        let start = (row - stripStart) * file.width * 4
        strip.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            target.update(from: base + start, count: file.width * 4)
        }
        transform?.convertRow(UnsafePointer(target), to: target, count: file.width)
        row += 1
    }

    private func decodeStrip() throws(PictureError) {
        var config = WebPDecoderConfig()
        guard WebPInitDecoderConfig(&config) != 0 else {
            throw .unsupported(reason: "the installed libwebp has an incompatible version")
        }
        stripStart = max(0, row - WebPReader.overlap)
        let end = min(file.height, row + stripRows + WebPReader.overlap)
        if end - stripStart < file.height {
            config.options.use_cropping = 1
            config.options.crop_top = Int32(stripStart)
            config.options.crop_width = Int32(file.width)
            config.options.crop_height = Int32(end - stripStart)
        }
        let count = (end - stripStart) * file.width * 4
        config.output.colorspace = MODE_RGBA
        config.output.is_external_memory = 1
        config.output.u.RGBA.stride = Int32(file.width * 4)
        config.output.u.RGBA.size = count
        var isRead = false
        strip = []
        strip = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
            config.output.u.RGBA.rgba = buffer.baseAddress
            isRead = WebPDecode(bytes.baseAddress, bytes.count, &config) == VP8_STATUS_OK
            used = isRead ? count : 0
        }
        WebPFreeDecBuffer(&config.output)
        guard isRead else { throw .corrupt(reason: "its pixels are damaged or truncated") }
    }
}
