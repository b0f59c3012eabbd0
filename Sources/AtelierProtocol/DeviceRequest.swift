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

/// The account key's statement that a device belongs to the account.
public struct DeviceCertificate: SignedPayload {
    /// The header\'s `typ`.
    public static let type = "atelier-device+jws"

    /// The account; must be ``AccountID/init(key:)`` of the key that signed this.
    public let account: AccountID
    /// The key that the device signs requests, spends and returns with.
    public let deviceKey: VerifyingKey
    /// The device's X25519 public key, 32 bytes: what library keys are sealed to.
    public let agreementKey: AgreementKey
    /// What the artist calls the device, at most ``ProtocolLimits/nameBytes`` bytes.
    public let name: String
    /// When the account key signed this.
    public let issued: UnixTime

    /// The certified device.
    public var device: DeviceID { DeviceID(key: deviceKey) }

    /// A certificate to be signed by the account key; `account` must be that key's.
    public init(
        account: AccountID, deviceKey: VerifyingKey, agreementKey: AgreementKey, name: String,
        issued: UnixTime
    ) {
        self.account = account
        self.deviceKey = deviceKey
        self.agreementKey = agreementKey
        self.name = name
        self.issued = issued
    }
}

/// An X25519 public key: 32 bytes.
public struct AgreementKey: FixedBytes {
    /// 32 bytes.
    public static let byteCount = 32
    /// The value.
    public let bytes: [UInt8]
    /// The value of ``byteCount`` bytes; the caller has checked the count.
    public init(checked bytes: [UInt8]) { self.bytes = bytes }
}

/// The devices of the account: `GET /v1/devices`.
public struct DeviceList: Codable, Sendable, Equatable {
    /// One device as the server knows it.
    public struct Entry: Codable, Sendable, Equatable {
        /// Compact ``DeviceCertificate``.
        public let certificate: String
        /// When the server last heard from it.
        public let lastSeen: UnixTime

        /// A device by its certificate, which the account key must have signed.
        public init(certificate: String, lastSeen: UnixTime) {
            self.certificate = certificate
            self.lastSeen = lastSeen
        }
    }

    /// The account's public key, which signed every certificate.
    public let accountKey: VerifyingKey
    /// First joined first.
    public let devices: [Entry]

    /// The account's devices, in the order in which they joined.
    public init(accountKey: VerifyingKey, devices: [Entry]) {
        self.accountKey = accountKey
        self.devices = devices
    }
}
