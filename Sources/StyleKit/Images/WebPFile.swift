/// The chunks of a WebP file that describe its pixels.
struct WebPFile {
    private(set) var isAnimated = false
    private(set) var profile: [UInt8]?
    private(set) var orientation = 1

    /// Walks the chunks; what is cut short ends the walk, and the decoder judges it.
    init(_ bytes: [UInt8]) {
        let file = UntrustedBytes(bytes)
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
        case "ICCP" where profile == nil && body.count <= Limits.profileBytes:
            profile = Array(body.bytes)
        case "EXIF" where orientation == 1: orientation = Orientation.read(exif: body)
        default: break
        }
    }
}
