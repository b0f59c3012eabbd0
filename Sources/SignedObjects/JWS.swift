import Foundation

/// What a signed object says; each kind has one fixed media type.
public protocol SignedPayload: Codable, Sendable, Equatable {
    /// The `typ` of the protected header, such as `atelier-lease+jws`.
    static var type: String { get }
}

/// A payload and its signature: JWS compact serialization, RFC 7515, with Ed25519 (RFC 8037).
///
/// There is no choice of algorithm and no key in the header: the header must be, byte for byte,
/// the one that the payload's type fixes, and the caller names the key that must have signed.
public struct JWS<Payload: SignedPayload>: Hashable, Sendable {
    /// What was signed.
    public let payload: Payload

    /// `header.payload.signature`, each part base64url: the form to store and to send.
    public let compact: String

    /// SHA-256 of ``compact``: names this signed object in others.
    public var digest: Digest { Digest(of: compact) }

    /// Signs `payload`. Signing the same payload with the same key again gives the same text.
    ///
    /// - Throws: ``JWSError/unsignable`` where the payload has no JSON form.
    public init(signing payload: Payload, with key: SigningKey) throws(JWSError) {
        guard
            let json = try? CanonicalJSON.encoder.encode(payload),
            case let input = Self.header + "." + Base64URL.encode(json),
            let signature = try? key.signature(for: Array(input.utf8))
        else { throw .unsignable(type: Payload.type) }
        self.payload = payload
        compact = input + "." + Base64URL.encode(signature)
    }

    /// Reads `compact` and checks that `key` signed it.
    ///
    /// - Throws: ``JWSError``; nothing of an unverified payload can be reached.
    ///   ``JWSError/notCanonical(type:)`` where the key signed another spelling of the payload than
    ///   ``CanonicalJSON`` writes: other spacing, key order, escapes, numbers or more fields.
    public init(verifying compact: String, with key: VerifyingKey) throws(JWSError) {
        let (input, json, signature) = try Self.parts(of: compact)
        guard key.isValid(signature: signature, for: Array(input.utf8)) else {
            throw .wrongSignature(type: Payload.type)
        }
        guard let payload = try? CanonicalJSON.decoder.decode(Payload.self, from: Data(json)) else {
            throw .malformed(type: Payload.type)
        }
        // One payload, one text: another spelling would be a second signed object of the same kind.
        guard let canonical = try? CanonicalJSON.encoder.encode(payload), canonical == Data(json)
        else { throw .notCanonical(type: Payload.type) }
        self.payload = payload
        self.compact = compact
    }

    /// Pairs a payload with its text unchecked: for what this program signed or verified before.
    package init(trusting payload: Payload, compact: String) {
        self.payload = payload
        self.compact = compact
    }

    /// Reads back what this program signed or verified before it stored it.
    package init(stored compact: String) throws(JWSError) {
        self.init(trusting: try Self.unverifiedPayload(of: compact), compact: compact)
    }

    /// Reads a payload without verifying it, to find the key that must have signed it.
    package static func unverifiedPayload(of compact: String) throws(JWSError) -> Payload {
        let json = try parts(of: compact).json
        guard let payload = try? CanonicalJSON.decoder.decode(Payload.self, from: Data(json)) else {
            throw .malformed(type: Payload.type)
        }
        return payload
    }

    /// Two signed objects are the same when their texts are.
    public static func == (left: Self, right: Self) -> Bool {
        left.compact == right.compact
    }

    /// Hashes the text.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(compact)
    }

    private static var header: String {
        Base64URL.encode(#"{"alg":"EdDSA","typ":"\#(Payload.type)"}"#.utf8)
    }

    private static func parts(
        of compact: String
    ) throws(JWSError) -> (input: String, json: [UInt8], signature: [UInt8]) {
        guard compact.utf8.count <= Limits.compactBytes else {
            throw .tooLarge(bytes: compact.utf8.count, limit: Limits.compactBytes)
        }
        let parts = compact.split(separator: ".", omittingEmptySubsequences: false)
        guard
            parts.count == 3, parts[0] == header,
            let json = Base64URL.decode(parts[1]), let signature = Base64URL.decode(parts[2])
        else { throw .malformed(type: Payload.type) }
        return ("\(parts[0]).\(parts[1])", json, signature)
    }
}

/// Why a signed object could not be made or verified.
public enum JWSError: Error, Equatable, CustomStringConvertible {
    /// The payload has no JSON form, or the key could not sign.
    case unsignable(type: String)
    /// The text is not a signed object of this type.
    case malformed(type: String)
    /// The right key signed it, but its JSON is not the canonical one.
    case notCanonical(type: String)
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
        case .notCanonical(let type):
            "The payload of this \(type) is not written as canonical JSON. Update the program that "
                + "signed it."
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
