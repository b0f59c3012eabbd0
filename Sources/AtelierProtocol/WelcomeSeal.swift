public import SignedObjects

/// The account key's word that a sealed welcome is its own: who is let in takes library keys and
/// the server's key from no other.
///
/// Anybody can seal to a device's public key, so the seal alone says nothing of who made it.
public struct WelcomeSeal: SignedPayload {
    /// The header's `typ`.
    public static let type = "atelier-welcome+jws"

    /// The account.
    public let account: AccountID
    /// The device that is let in.
    public let device: DeviceID
    /// Digest of the sealed welcome's text, ``DeviceApproval/sealedWelcome``.
    public let sealed: Digest
    /// The newest library key in it, so that a server can tell one that came too late.
    public let epoch: UInt32
    /// When the account key signed this.
    public let issued: UnixTime

    /// Signs for a sealed text.
    public init(
        account: AccountID, device: DeviceID, sealed: String, epoch: UInt32, issued: UnixTime
    ) {
        self.account = account
        self.device = device
        self.sealed = Digest(of: sealed)
        self.epoch = epoch
        self.issued = issued
    }

    /// Reads what was signed.
    ///
    /// - Throws: `DecodingError` where the epoch is none.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        account = try container.decode(AccountID.self, forKey: .account)
        device = try container.decode(DeviceID.self, forKey: .device)
        sealed = try container.decode(Digest.self, forKey: .sealed)
        epoch = try container.decode(.epoch, in: ProtocolLimits.keyEpochs)
        issued = try container.decode(UnixTime.self, forKey: .issued)
    }
}
