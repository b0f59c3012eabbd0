public import SignedObjects

/// A device asks to join an account: `POST /v1/accounts/{account}/device-requests`,
/// with a ``RequestProof`` by the asking device's own key.
public struct DeviceRequest: Codable, Sendable, Equatable {
    /// The asking device's key.
    public let deviceKey: VerifyingKey
    /// The key to seal the library key to.
    public let agreementKey: AgreementKey
    /// What the artist calls the device.
    public let name: String

    /// The asking device.
    public var device: DeviceID { DeviceID(key: deviceKey) }

    /// A request for a device whose name has at most ``ProtocolLimits/nameBytes`` bytes.
    public init(deviceKey: VerifyingKey, agreementKey: AgreementKey, name: String) {
        self.deviceKey = deviceKey
        self.agreementKey = agreementKey
        self.name = name
    }
}

/// The requests that wait: `GET /v1/device-requests`, for a device of the account.
public struct DeviceRequestList: Codable, Sendable, Equatable {
    /// Oldest first.
    public let requests: [DeviceRequest]

    /// The pending requests, oldest first.
    public init(requests: [DeviceRequest]) {
        self.requests = requests
    }
}

/// A device of the account lets another in: `POST /v1/device-requests/{device}/approval`.
/// The asking device reads the same object: `GET /v1/accounts/{account}/device-requests/{device}`
/// (404 with ``Problem/Kind/notApprovedYet`` until then).
public struct DeviceApproval: Codable, Sendable, Equatable {
    /// The account's public key: the asking device checks that it is the account it asked for.
    public let accountKey: VerifyingKey
    /// Compact ``DeviceCertificate``.
    public let certificate: String
    /// The library keys and the server's key, sealed to the asking device; base64url, opaque here.
    public let sealedProvisioning: String
    /// Compact ``ProvisioningSeal``: that the account key sealed it.
    public let provisioningSeal: String

    /// An approval whose two signed parts the account key must have signed.
    public init(
        accountKey: VerifyingKey, certificate: String, sealedProvisioning: String,
        provisioningSeal: String
    ) {
        self.accountKey = accountKey
        self.certificate = certificate
        self.sealedProvisioning = sealedProvisioning
        self.provisioningSeal = provisioningSeal
    }
}

/// The account key's signature under a sealed provisioning: a new device accepts library keys and
/// the server's key from nobody else.
///
/// Anybody can seal to a device's public key, so the seal alone says nothing of who made it.
public struct ProvisioningSeal: SignedPayload {
    /// The header's `typ`.
    public static let type = "atelier-provisioning+jws"

    /// The account.
    public let account: AccountID
    /// The device that is let in.
    public let device: DeviceID
    /// Digest of the sealed welcome's text, ``DeviceApproval/sealedProvisioning``.
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
