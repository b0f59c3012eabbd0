import Crypto
import Foundation
import Provenance
import SignedObjects

/// What an authenticator says of itself and of a passkey.
///
/// - Note: Web Authentication Level 3, 6.1: SHA-256 of the relying party's id, flags, a counter of
///   signatures (32 bits, big-endian), and at a passkey's making the passkey itself.
struct AuthenticatorData {
    /// What the first byte after the hash says.
    private struct Flags: OptionSet {
        let rawValue: UInt8

        static let userPresent = Flags(rawValue: 1 << 0)
        static let userVerified = Flags(rawValue: 1 << 2)
        static let mayBeCopied = Flags(rawValue: 1 << 3)
        static let isCopied = Flags(rawValue: 1 << 4)
        static let hasPasskey = Flags(rawValue: 1 << 6)
        static let hasExtensions = Flags(rawValue: 1 << 7)
    }

    /// A passkey as it was just made.
    struct Made {
        let id: [UInt8]
        let key: PasskeyKey
    }

    /// How often the passkey has signed; 0 where the authenticator does not count.
    let count: UInt32
    /// The passkey that was made; nil in a signature.
    let made: Made?

    /// Reads `bytes` and checks that a person was there and was verified, for this site.
    ///
    /// - Throws: ``PasskeyRefusal``.
    init(reading bytes: [UInt8], for site: PageSite) throws(PasskeyRefusal) {
        guard bytes.count >= 37 else { throw .malformed }
        guard Array(bytes[..<32]) == Digest(of: site.host).bytes else { throw .otherSite }
        let flags = Flags(rawValue: bytes[32])
        guard flags.contains(.userPresent), flags.contains(.userVerified) else {
            throw .notVerified
        }
        // One that is copied but may not be is no authenticator's.
        guard !flags.contains(.isCopied) || flags.contains(.mayBeCopied) else { throw .malformed }
        count = bytes[33..<37].reduce(0) { $0 << 8 | UInt32($1) }
        var rest = bytes[37...]
        if flags.contains(.hasPasskey) {
            made = try Self.made(&rest, hasExtensions: flags.contains(.hasExtensions))
        } else {
            made = nil
            if flags.contains(.hasExtensions) { _ = try Self.items(&rest, count: 1) }
        }
        guard rest.isEmpty else { throw .malformed }
    }

    private static func made(
        _ rest: inout ArraySlice<UInt8>, hasExtensions: Bool
    ) throws(PasskeyRefusal) -> Made {
        // 16 bytes name the authenticator's model, which nobody asks for here.
        guard rest.count >= 18 else { throw .malformed }
        let length = Int(rest[rest.startIndex + 16]) << 8 | Int(rest[rest.startIndex + 17])
        rest = rest.dropFirst(18)
        guard (1...Limits.passkeyIDBytes).contains(length), length <= rest.count else {
            throw .malformed
        }
        let id = Array(rest.prefix(length))
        rest = rest.dropFirst(length)
        let items = try items(&rest, count: hasExtensions ? 2 : 1)
        return Made(id: id, key: try PasskeyKey(cose: items[0]))
    }

    /// Reads as many CBOR items, one after the other.
    private static func items(
        _ rest: inout ArraySlice<UInt8>, count: Int
    ) throws(PasskeyRefusal) -> [CBORValue] {
        guard let items = try? CBORValue.sequence(rest), items.count == count else {
            throw .malformed
        }
        rest = []
        return items
    }
}

/// The public key of a passkey.
struct PasskeyKey: Equatable, Sendable {
    /// How it signs, by its number in COSE.
    enum Algorithm: Int64, Sendable, CaseIterable {
        /// ECDSA with SHA-256 on P-256.
        case es256 = -7
        /// Ed25519.
        case edDSA = -8
    }

    let algorithm: Algorithm
    /// X9.63, uncompressed, or the 32 bytes of Ed25519.
    let bytes: [UInt8]

    /// - Throws: ``PasskeyRefusal/unsupportedKey`` where these are no bytes of a key.
    init(_ algorithm: Algorithm, bytes: [UInt8]) throws(PasskeyRefusal) {
        (self.algorithm, self.bytes) = (algorithm, bytes)
        let isKey =
            switch algorithm {
            case .es256: (try? P256.Signing.PublicKey(x963Representation: bytes)) != nil
            case .edDSA: (try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)) != nil
            }
        guard isKey else { throw .unsupportedKey }
    }

    /// Reads a key in the form of COSE.
    ///
    /// - Note: RFC 9053, 7: 1 is the kind of key, 3 the algorithm, -1 the curve, -2 and -3 the
    ///   coordinates.
    init(cose item: CBORValue) throws(PasskeyRefusal) {
        func value(_ label: Int64) -> CBORValue? {
            let key: CBORValue =
                label < 0 ? .negative(UInt64(-1 - label)) : .unsigned(UInt64(label))
            let found = item.entries.filter { $0.key == key }
            return found.count == 1 ? found.first?.value : nil
        }
        switch (value(1), value(3), value(-1), value(-2), value(-3)) {
        case (.unsigned(2), .negative(6), .unsigned(1), .bytes(let x)?, .bytes(let y)?)
        where x.count == 32 && y.count == 32:
            try self.init(.es256, bytes: [4] + x + y)
        case (.unsigned(1), .negative(7), .unsigned(6), .bytes(let x)?, nil) where x.count == 32:
            try self.init(.edDSA, bytes: x)
        default: throw .unsupportedKey
        }
    }

    /// Whether `signature` is this key's under `bytes`.
    func verifies(_ signature: [UInt8], of bytes: [UInt8]) -> Bool {
        switch algorithm {
        case .es256:
            guard let key = try? P256.Signing.PublicKey(x963Representation: self.bytes),
                let signature = try? P256.Signing.ECDSASignature(derRepresentation: signature)
            else { return false }
            return key.isValidSignature(signature, for: Data(bytes))
        case .edDSA:
            guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: self.bytes) else {
                return false
            }
            return key.isValidSignature(Data(signature), for: Data(bytes))
        }
    }
}
