import Crypto
import Foundation
import SignedObjects

/// What a passkey signs over: random bytes and an end, with the server's own code over both, over
/// what the signature is for, and over whose page asked.
///
/// So nothing is stored for a page that is only looked at, and nobody fills a table. Of one that
/// was used the hash is stored until it ends: it is good once, at every instance.
struct PasskeyChallenge {
    /// What the signature is for.
    enum Purpose: String {
        /// Signing in.
        case signIn = "sign-in"
        /// Confirming a weighty act in a session.
        case confirm
        /// Making a passkey by a one-time link.
        case welcome
        /// Making another passkey in a session.
        case add
    }

    private static let randomCount = 16
    private static let codeCount = 32

    /// What is shown to the browser: 56 bytes.
    let bytes: [UInt8]

    /// A new one.
    ///
    /// - Parameter page: Names the session or link whose page asks.
    init(
        _ purpose: Purpose, page: String, ends: UnixTime, key: SigningKey,
        randomBytes: (Int) -> [UInt8]
    ) {
        let end = withUnsafeBytes(of: ends.milliseconds.bigEndian, Array.init)
        let head = randomBytes(Self.randomCount) + end
        bytes = head + Self.code(purpose, page: page, head: head, key: key)
    }

    /// Checks one that came back; says when it ends.
    ///
    /// - Throws: ``PasskeyRefusal/challengeEnded``.
    static func check(
        _ bytes: [UInt8], _ purpose: Purpose, page: String, now: UnixTime, key: SigningKey
    ) throws(PasskeyRefusal) -> UnixTime {
        guard bytes.count == randomCount + 8 + codeCount else { throw .challengeEnded }
        let head = Array(bytes.dropLast(codeCount))
        let isOurs = HMAC<SHA256>.isValidAuthenticationCode(
            Array(bytes.suffix(codeCount)), authenticating: message(purpose, page, head),
            using: secret(key))
        let ends = UnixTime(
            milliseconds: head.suffix(8).reduce(0) { $0 << 8 | Int64($1) })
        guard isOurs, now < ends else { throw .challengeEnded }
        return ends
    }

    private static func code(
        _ purpose: Purpose, page: String, head: [UInt8], key: SigningKey
    ) -> [UInt8] {
        Array(
            HMAC<SHA256>.authenticationCode(
                for: message(purpose, page, head), using: secret(key)))
    }

    private static func message(_ purpose: Purpose, _ page: String, _ head: [UInt8]) -> Data {
        Data("\(purpose.rawValue)\n\(page)\n".utf8) + head
    }

    /// A key of its own, which every instance with the server's key has.
    private static func secret(_ key: SigningKey) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: key.bytes),
            info: Data("atelier passkey challenge".utf8), outputByteCount: 32)
    }
}
