import Crypto
import Foundation

/// An Ed25519 private key.
public struct SigningKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    /// A new random key.
    public init() {
        key = Curve25519.Signing.PrivateKey()
    }

    /// The key with the given 32 bytes, else nil.
    public init?(bytes: [UInt8]) {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes) else {
            return nil
        }
        self.key = key
    }

    /// The 32 private bytes: store them at mode 0600, show them nowhere.
    public var bytes: [UInt8] { Array(key.rawRepresentation) }

    /// The public half.
    public var verifyingKey: VerifyingKey {
        VerifyingKey(checked: Array(key.publicKey.rawRepresentation))
    }

    /// The 64 bytes of the Ed25519 signature (RFC 8032) under `message`.
    package func signature(for message: [UInt8]) throws -> [UInt8] {
        Array(try key.signature(for: message))
    }
}

/// An Ed25519 public key: 32 bytes.
public struct VerifyingKey: FixedBytes {
    /// 32 bytes.
    public static let byteCount = 32
    /// The value.
    public let bytes: [UInt8]
    /// The value of ``byteCount`` bytes; the caller has checked the count.
    public init(checked bytes: [UInt8]) { self.bytes = bytes }

    func isValid(signature: [UInt8], for message: some DataProtocol) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else {
            return false
        }
        return key.isValidSignature(signature, for: message)
    }
}
