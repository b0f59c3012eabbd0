/// What the segments before a JPEG's first scan say about its pixels.
struct JPEGFile {
    private static let profileName = Array("ICC_PROFILE\0".utf8)

    /// Bits a sample, nil if no frame was announced.
    private(set) var precision: Int?
    /// Whether a lossless or hierarchical frame is announced, which nobody reads.
    private(set) var isRare = false
    private(set) var orientation = 1
    /// Adobe's programs store inks inverted, and say that they wrote the file.
    private(set) var isByAdobe = false
    private var profileParts: [Int: UntrustedBytes] = [:]
    private var profileCount = 0
    private var isOriented = false

    /// Walks the segments; anything odd ends the walk, and the decoder judges it.
    init(_ bytes: [UInt8]) {
        let file = UntrustedBytes(bytes)
        var position = 2
        while file.number(at: position, bytes: 1) == 0xFF,
            let marker = file.number(at: position + 1, bytes: 1), marker != 0xDA, marker != 0xD9
        {
            if marker == 0xFF {  // A fill byte.
                position += 1
                continue
            }
            guard
                let length = file.number(at: position + 2, bytes: 2), length >= 2,
                let body = file.part(at: position + 4, bytes: length - 2)
            else { return }
            take(marker, body)
            position += 2 + length
        }
    }

    /// The embedded profile, whose parts may come in any order; nil unless it is whole.
    var profile: [UInt8]? {
        guard profileCount > 0, profileParts.count == profileCount else { return nil }
        let size = profileParts.values.reduce(0) { $0 + $1.count }
        guard size <= Limits.profileBytes else { return nil }
        return (1...profileCount).flatMap { profileParts[$0].map { Array($0.bytes) } ?? [] }
    }

    private mutating func take(_ marker: Int, _ body: UntrustedBytes) {
        switch marker {
        case 0xE1 where !isOriented && body.starts(with: Array("Exif\0\0".utf8)):
            orientation = Orientation.read(exif: body)
            isOriented = true
        case 0xE2 where body.starts(with: JPEGFile.profileName):
            let count = body.number(at: 13, bytes: 1)
            guard let number = body.number(at: 12, bytes: 1), let count else { return }
            profileCount = count
            profileParts[number] = body.dropping(14)
        case 0xEE where body.starts(with: Array("Adobe".utf8)):
            isByAdobe = true
        case 0xC3, 0xC5...0xC7, 0xCB, 0xCD...0xCF:
            isRare = true
        case 0xC0...0xC2, 0xC9, 0xCA:
            precision = body.number(at: 0, bytes: 1)
        default:
            break
        }
    }
}
