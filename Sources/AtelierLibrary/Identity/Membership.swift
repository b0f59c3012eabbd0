package import AtelierProtocol
package import SignedObjects

/// Which account and server this library belongs to; a file beside the keys, nothing secret in it.
package struct Membership: Codable, Equatable, Sendable {
    /// A server and its pinned key.
    package struct Server: Codable, Equatable, Sendable {
        /// `https://host[:port]`.
        package var address: String
        /// The key that its leases, receipts and orders must be signed with.
        package var key: VerifyingKey
    }

    /// An approval that this device waits for.
    package struct Request: Codable, Equatable, Sendable {
        /// `https://host[:port]`.
        package var address: String
        /// The account that was asked.
        package var account: AccountID
    }

    /// What the artist calls this device.
    package var deviceName: String
    /// The account's public key; nil until a requested approval came.
    package var accountKey: VerifyingKey?
    /// Compact ``DeviceCertificate`` of this device; nil until a requested approval came.
    package var certificate: String?
    /// What new library keys are sealed to besides the devices, so that the phrase opens them; nil
    /// on a device without the account key.
    package var recoveryKey: AgreementKey?
    /// The revoked devices, by the newest key rotation that the account key signed.
    package var revoked: [DeviceID] = []
    /// The newest library key that the account's own word tells of, which this device may not have
    /// been given; nil: the newest that it has.
    package var keyEpoch: UInt32?
    /// The server; nil before `join`.
    package var server: Server?
    /// The request that waits, if one does.
    package var request: Request?
    /// True while the server's operator has not let the account in.
    package var waitsForOperator: Bool?
    /// True once the server said that this device was revoked: it tells such a device nothing else,
    /// so that the order itself never comes.
    package var isRevoked: Bool?

    /// The account; nil until a requested approval came.
    package var account: AccountID? { accountKey.map(AccountID.init(key:)) }

    /// A device of that name which belongs to nothing yet.
    package init(deviceName: String) {
        self.deviceName = deviceName
    }
}
