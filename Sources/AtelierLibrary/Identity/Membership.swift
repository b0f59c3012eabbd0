package import AtelierProtocol
package import SignedObjects

/// The account and the server that this library belongs to: a file beside the keys, with no
/// secrets.
package struct Membership: Codable, Equatable, Sendable {
    /// A server and its pinned key.
    package struct Server: Codable, Equatable, Sendable {
        /// `https://host[:port]`.
        package var address: String
        /// The key that its leases, receipts and orders must be signed with.
        package var key: VerifyingKey
    }

    /// A request of this device to join an account.
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
    /// The public key of the recovery phrase, to which new library keys are sealed too; nil on a
    /// device without the account key.
    package var recoveryKey: AgreementKey?
    /// The revoked devices, by the newest key rotation that the account key signed.
    package var revoked: [DeviceID] = []
    /// The epoch of the newest rotation that the account key signed, whose key this device may
    /// lack; nil for the newest key it has.
    package var keyEpoch: UInt32?
    /// The server; nil before `join`.
    package var server: Server?
    /// The request that waits, if one does.
    package var request: Request?
    /// True while the server's operator has not accepted the account.
    package var waitsForOperator: Bool?
    /// True once the server said that this device was revoked: it tells such a device nothing else,
    /// so that the order itself never comes.
    package var isRevoked: Bool?

    /// The account; nil until a requested approval came.
    package var account: AccountID? { accountKey.map(AccountID.init(key:)) }

    /// The membership of a device that belongs to no account yet.
    package init(deviceName: String) {
        self.deviceName = deviceName
    }
}
