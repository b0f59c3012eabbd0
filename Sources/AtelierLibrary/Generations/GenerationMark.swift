import SignedObjects
import StyleKit

/// The mark hidden in every generated file: a hint that leads to its generation, no proof.
enum GenerationMark {
    /// The key is public, as the program is: whoever finds a picture may ask where it is from.
    private static let mark = InvisibleWatermark(key: 0x6174_656C_6965_7231)

    /// The picture with the first 32 bits of the digest that its credit bought.
    static func embed(_ body: Digest, in picture: Picture) -> Picture {
        mark.embed(payload(of: body), in: picture)
    }

    static func read(_ picture: Picture) -> InvisibleWatermark.Reading? { mark.read(picture) }

    static func payload(of body: Digest) -> UInt32 {
        body.bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}
