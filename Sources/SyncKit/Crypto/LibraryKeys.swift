import Crypto

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

    /// A key of its own for each replica, so that random nonces meet within one replica only.
    func sealingKey(epoch: UInt32, replica: ReplicaID) throws(SegmentError) -> SymmetricKey {
        guard let key = keysByEpoch[epoch] else { throw .unknownKey(epoch: epoch) }
        return HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, salt: replica.bytes,
            info: Array("synckit segment v1".utf8), outputByteCount: 32)
    }
}
