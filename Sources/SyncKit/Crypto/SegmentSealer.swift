import Crypto

/// Seals and opens segments of one library: zstd, then ChaChaPoly (RFC 8439) over the payload
/// with the header as authenticated data.
package struct SegmentSealer: Sendable {
    /// The keys of the library.
    package let keys: LibraryKeys
    /// Whose library: 16 bytes.
    package let account: [UInt8]

    /// A sealer for one library.
    package init(keys: LibraryKeys, account: [UInt8]) {
        precondition(account.count == 16, "an account is 16 bytes")
        self.keys = keys
        self.account = account
    }

    /// Seals `payload` as a link of `replica`'s chain.
    ///
    /// - Parameters:
    ///   - sectionEnds: See ``EncodedBatch/sectionEnds``.
    ///   - setAside: See ``SegmentHeader/setAside``.
    package func seal(
        _ payload: [UInt8], sectionEnds: [Int] = [], replica: ReplicaID, number: UInt64,
        previous: [UInt8], highestStamp: HybridTimestamp, flags: SegmentHeader.Flags = [],
        setAside: UInt64 = 0
    ) throws(SegmentError) -> SealedSegment {
        guard payload.count <= Limits.payloadBytes else {
            throw .tooLarge(bytes: payload.count, limit: Limits.payloadBytes)
        }
        let nonce = ChaChaPoly.Nonce()
        let header = SegmentHeader(
            account: account, replica: replica, number: number, keyEpoch: keys.currentEpoch,
            previous: previous, highestStamp: highestStamp, payloadBytes: UInt32(payload.count),
            flags: flags, setAside: setAside, nonce: Array(nonce))
        let key = try keys.sealingKey(epoch: header.keyEpoch, replica: replica)
        let compressed = try Zstandard.compress(payload, sectionEnds: sectionEnds)
        guard
            let box = try? ChaChaPoly.seal(
                compressed, using: key, nonce: nonce, authenticating: header.bytes)
        else { throw .malformed("sealing") }
        return try SealedSegment(bytes: header.bytes + box.ciphertext + box.tag)
    }

    /// The payload of an authentic segment of this library.
    package func open(_ segment: SealedSegment) throws(SegmentError) -> [UInt8] {
        let header = segment.header
        guard header.account == account else { throw .otherAccount }
        guard header.payloadBytes <= Limits.payloadBytes else {
            throw .tooLarge(bytes: Int(header.payloadBytes), limit: Limits.payloadBytes)
        }
        let key = try keys.sealingKey(epoch: header.keyEpoch, replica: header.replica)
        let sealed = segment.bytes.dropFirst(SegmentHeader.byteCount)
        guard
            let nonce = try? ChaChaPoly.Nonce(data: header.nonce),
            let box = try? ChaChaPoly.SealedBox(
                nonce: nonce, ciphertext: sealed.dropLast(SealedSegment.tagBytes),
                tag: sealed.suffix(SealedSegment.tagBytes)),
            let compressed = try? ChaChaPoly.open(box, using: key, authenticating: header.bytes)
        else { throw .notAuthentic }
        return try Zstandard.decompress(Array(compressed), byteCount: Int(header.payloadBytes))
    }
}

/// The keys that seal a library's segments, by epoch; 32 bytes each.
public struct LibraryKeys: Sendable {
    private var keysByEpoch: [UInt32: SymmetricKey]

    /// The epoch that new segments are sealed with: the highest.
    public let currentEpoch: UInt32

    /// The keys of `keysByEpoch`, else nil where there is none or one is not 32 bytes long.
    public init?(_ keysByEpoch: [UInt32: [UInt8]]) {
        guard
            let newest = keysByEpoch.keys.max(),
            keysByEpoch.values.allSatisfy({ $0.count == 32 })
        else { return nil }
        self.keysByEpoch = keysByEpoch.mapValues { SymmetricKey(data: $0) }
        currentEpoch = newest
    }

    /// The epochs of the keys, in no order.
    var epochs: [UInt32] { Array(keysByEpoch.keys) }

    /// A key of its own for each replica, so that random nonces meet within one replica only.
    func sealingKey(epoch: UInt32, replica: ReplicaID) throws(SegmentError) -> SymmetricKey {
        try key(epoch: epoch, salt: replica.bytes, for: Array("synckit segment v1".utf8))
    }

    /// A key for one purpose, from the library key of an epoch.
    func key(
        epoch: UInt32, salt: [UInt8], for purpose: [UInt8]
    ) throws(SegmentError) -> SymmetricKey {
        guard let key = keysByEpoch[epoch] else { throw .unknownKey(epoch: epoch) }
        return HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, salt: salt, info: purpose, outputByteCount: 32)
    }
}
