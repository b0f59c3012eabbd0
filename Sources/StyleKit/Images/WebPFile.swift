import CWebP

/// The chunks of a WebP file that describe its pixels.
struct WebPFile {
    let width: Int
    let height: Int
    private(set) var orientation = 1
    private(set) var notes: [PictureNote] = []
    /// What the file's numbers are: nil where they count as sRGB.
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
        guard isRead else { throw .corrupt(reason: "its header is no WebP header") }
        _ = try Picture.byteCount(width: width, height: height)
        if hasProfile, colors == nil {
            notes.append(.colorsLeftAside(reason: ColorProfile.unfit))
        }
    }

    /// Walks the chunks; what is cut short ends the walk, and the decoder judges it.
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
