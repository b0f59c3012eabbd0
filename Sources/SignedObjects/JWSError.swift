/// Why a signed object could not be made or believed.
public enum JWSError: Error, Equatable, CustomStringConvertible {
    /// The payload has no JSON form, or the key could not sign.
    case unsignable(type: String)
    /// The text is not a signed object of this type.
    case malformed(type: String)
    /// Another key signed it, or a byte was changed.
    case wrongSignature(type: String)
    /// The text is longer than any signed object is.
    case tooLarge(bytes: Int, limit: Int)

    /// The text form.
    public var description: String {
        switch self {
        case .unsignable(let type):
            "An object of type \(type) could not be signed."
        case .malformed(let type):
            "This is not a signed object of type \(type)."
        case .wrongSignature(let type):
            "The signature of this \(type) does not hold: it was changed, or another key signed it."
        case .tooLarge(let bytes, let limit):
            "A signed object of \(bytes) bytes; at most \(limit) are read."
        }
    }
}

/// The bounds of this target.
package enum Limits {
    /// The longest compact serialization that is read, in bytes.
    package static let compactBytes = 16 * 1024
}
