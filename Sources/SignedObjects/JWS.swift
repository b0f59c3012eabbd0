import Foundation

/// What a signed object says; each kind has one fixed media type.
public protocol SignedPayload: Codable, Sendable, Equatable {
    /// The `typ` of the protected header, such as `atelier-lease+jws`.
    static var type: String { get }
    /// The longest compact serialization that is read, in bytes.
    static var compactBytes: Int { get }
}

extension SignedPayload {
    /// 16 KiB.
    public static var compactBytes: Int { Limits.compactBytes }
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
    public let digest: Digest

    /// Signs `payload`. Signing the same payload with the same key again gives the same text.
    ///
    /// - Throws: ``JWSError/unsignable`` where the payload has no JSON form.
    public init(signing payload: Payload, with key: SigningKey) throws(JWSError) {
        guard
            let json = try? CanonicalJSON.encode(payload),
            case let input = Self.header + ".".utf8 + Base64URL.encode(json).utf8,
            let signature = try? key.signature(for: input)
        else { throw .unsignable(type: Payload.type) }
        self.payload = payload
        compact = String(decoding: input, as: UTF8.self) + "." + Base64URL.encode(signature)
        digest = Digest(of: compact)
    }

    /// Reads `compact` and checks that `key` signed it.
    ///
    /// - Throws: ``JWSError``; nothing of an unverified payload can be reached.
    ///   ``JWSError/notCanonical(type:)`` where the key signed another spelling of the payload than
    ///   ``CanonicalJSON`` writes: other spacing, key order, escapes, numbers or more fields.
    public init(verifying compact: String, with key: VerifyingKey) throws(JWSError) {
        let parts = try JWSParts(of: compact, as: Payload.self, Self.header)
        guard key.isValid(signature: parts.signature, for: parts.input) else {
            throw .wrongSignature(type: Payload.type)
        }
        self.init(trusting: try parts.canonicalPayload(), compact: compact)
    }

    /// Pairs a payload with its text unchecked: for what this program signed or verified before.
    package init(trusting payload: Payload, compact: String) {
        self.payload = payload
        self.compact = compact
        digest = Digest(of: compact)
    }

    /// Reads back what this program signed or verified before it stored it.
    package init(stored compact: String) throws(JWSError) {
        self.init(trusting: try Self.unverifiedPayload(of: compact), compact: compact)
    }

    /// Reads a payload without verifying it, to find the key that must have signed it.
    package static func unverifiedPayload(of compact: String) throws(JWSError) -> Payload {
        try JWSParts(of: compact, as: Payload.self, header).payload()
    }

    /// Two signed objects are the same when their texts are.
    public static func == (left: Self, right: Self) -> Bool {
        left.compact == right.compact
    }

    /// Hashes the text.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(compact)
    }

    fileprivate static var header: [UInt8] {
        Array(Base64URL.encode(#"{"alg":"EdDSA","typ":"\#(Payload.type)"}"#.utf8).utf8)
    }
}

/// A signed object that was read and not verified: for where the payload says which key to ask for.
package struct JWSClaim<Payload: SignedPayload>: Sendable {
    /// What nobody has vouched for.
    package let payload: Payload
    private let compact: String
    private let parts: JWSParts

    /// Reads `compact`.
    ///
    /// - Throws: ``JWSError`` where it is not of this form; the signature is not looked at.
    package init(reading compact: String) throws(JWSError) {
        parts = try JWSParts(of: compact, as: Payload.self, JWS<Payload>.header)
        payload = try parts.payload()
        self.compact = compact
    }

    /// The signed object.
    ///
    /// - Throws: ``JWSError/wrongSignature(type:)`` where `key` did not sign it,
    ///   ``JWSError/notCanonical(type:)`` where it signed another spelling.
    package func verified(by key: VerifyingKey) throws(JWSError) -> JWS<Payload> {
        guard key.isValid(signature: parts.signature, for: parts.input) else {
            throw .wrongSignature(type: Payload.type)
        }
        try parts.checkSpelling(of: payload)
        return JWS(trusting: payload, compact: compact)
    }
}

/// The parts of a compact serialization.
private struct JWSParts: Sendable {
    /// What is signed: header and payload as they were sent.
    let input: ArraySlice<UInt8>
    let json: [UInt8]
    let signature: [UInt8]
    private let type: String

    init<Payload: SignedPayload>(
        of compact: String, as payload: Payload.Type, _ header: [UInt8]
    ) throws(JWSError) {
        let type = Payload.type
        let text = Array(compact.utf8)
        guard text.count <= Payload.compactBytes else {
            throw .tooLarge(bytes: text.count, limit: Payload.compactBytes)
        }
        let dot = UInt8(ascii: ".")
        let parts = text.split(separator: dot, omittingEmptySubsequences: false)
        guard
            parts.count == 3, parts[0].elementsEqual(header),
            let json = Base64URL.decode(utf8: parts[1]),
            let signature = Base64URL.decode(utf8: parts[2])
        else { throw .malformed(type: type) }
        input = text[..<parts[1].endIndex]
        (self.json, self.signature, self.type) = (json, signature, type)
    }

    func payload<Payload: Decodable>() throws(JWSError) -> Payload {
        guard let payload = try? CanonicalJSON.decoder.decode(Payload.self, from: Data(json)) else {
            throw .malformed(type: type)
        }
        return payload
    }

    /// - Throws: ``JWSError/notCanonical(type:)`` where the text is another spelling of the
    ///   payload.
    func canonicalPayload<Payload: Codable>() throws(JWSError) -> Payload {
        let payload: Payload = try payload()
        try checkSpelling(of: payload)
        return payload
    }

    /// One payload, one text: another spelling would be a second signed object of the same kind.
    func checkSpelling(of payload: some Encodable) throws(JWSError) {
        guard let canonical = try? CanonicalJSON.encode(payload), canonical == json else {
            throw .notCanonical(type: type)
        }
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
    /// The longest compact serialization that is read of most objects, in bytes.
    package static let compactBytes = 16 * 1024
}
