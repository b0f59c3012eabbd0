import Crypto

/// The signature of a claim: a COSE_Sign1 with Ed25519 over the claim, which it does not carry.
///
/// - Note: RFC 9052, 4.2 to 4.4; the chain under header 33 by RFC 9360; algorithm -8 by RFC 9053.
struct SignatureBox: Equatable {
    /// DER, the signer's certificate first; the root is left out.
    let certificates: [[UInt8]]
    /// 64 bytes.
    let signature: [UInt8]

    /// Signs a claim.
    init(signing claim: [UInt8], by signer: CredentialSigner) throws {
        certificates = signer.certificates
        signature = try signer.sign(Self.toBeSigned(claim, certificates))
    }

    /// Reads a signature of this form.
    ///
    /// - Throws: ``ManifestError`` where it has another form.
    init(reading bytes: [UInt8]) throws(ManifestError) {
        guard case .tagged(_, .array(let parts)) = try CBORValue(reading: bytes[...]),
            parts.count == 4, case .bytes(let header) = parts[0],
            case .bytes(let signature) = parts[3],
            let chain = try CBORValue(reading: header[...]).entries.last?.value
        else { throw .malformed("its signature is no COSE_Sign1") }
        let items = if case .array(let items) = chain { items } else { [chain] }
        certificates = items.compactMap { if case .bytes(let der) = $0 { der } else { nil } }
        self.signature = signature
        guard (1...Limits.certificates).contains(certificates.count), encoded == bytes else {
            throw .malformed("its signature is written in another form")
        }
    }

    /// The encoded item.
    var encoded: [UInt8] {
        CBORValue.tagged(
            18,
            .array([
                .bytes(Self.header(certificates)), .map([]), .simple(22), .bytes(signature),
            ])
        ).encoded
    }

    /// Whether the key signed the claim.
    func isValid(for claim: [UInt8], by key: Curve25519.Signing.PublicKey) -> Bool {
        key.isValidSignature(signature, for: Self.toBeSigned(claim, certificates))
    }

    private static func header(_ certificates: [[UInt8]]) -> [UInt8] {
        let chain = certificates.map(CBORValue.bytes)
        return CBORValue.map([
            // Algorithm EdDSA, -8.
            CBORValue.Entry(key: .unsigned(1), value: .negative(7)),
            CBORValue.Entry(
                key: .unsigned(33), value: chain.count == 1 ? chain[0] : .array(chain)),
        ]).encoded
    }

    private static func toBeSigned(_ claim: [UInt8], _ certificates: [[UInt8]]) -> [UInt8] {
        CBORValue.array([
            .text("Signature1"), .bytes(header(certificates)), .bytes([]), .bytes(claim),
        ]).encoded
    }
}

/// Who signs a picture's manifest.
public struct CredentialSigner: Sendable {
    /// DER, the signer's certificate first; the root is left out.
    public let certificates: [[UInt8]]
    /// Signs bytes with the Ed25519 key of the first certificate.
    public let sign: @Sendable ([UInt8]) throws -> [UInt8]

    /// - Parameters:
    ///   - certificates: 1 to 4, DER, the signer's own first, without the root.
    ///   - sign: Makes an Ed25519 signature of 64 bytes.
    public init(
        certificates: [[UInt8]], sign: @escaping @Sendable ([UInt8]) throws -> [UInt8]
    ) {
        self.certificates = certificates
        self.sign = sign
    }
}
