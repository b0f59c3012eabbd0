public import SignedObjects

/// The account key's word that devices are out, and the new library key for those that are not.
///
/// The key is random, and sealed to each device by itself, so that the server and the devices that
/// are out learn nothing of it. It is also sealed to the key that comes from the recovery phrase.
public struct KeyRotation: SignedPayload {
    /// The header's `typ`.
    public static let type = "atelier-keys+jws"

    /// The new key for one device.
    public struct Box: Codable, Sendable, Hashable {
        /// Which device.
        public let device: DeviceID
        /// The key, sealed to the device's ``DeviceCertificate/agreementKey``; base64url.
        public let sealed: String

        /// The new library key, sealed to `device`.
        public init(device: DeviceID, sealed: String) {
            self.device = device
            self.sealed = sealed
        }
    }

    /// The account.
    public let account: AccountID
    /// Rises by one with each rotation; the first library key, made with the account, has 1.
    public let epoch: UInt32
    /// Every device that was ever revoked, this one's too.
    public let revoked: [DeviceID]
    /// The new key, for each device that is not.
    public let boxes: [Box]
    /// The new key, sealed to the recovery phrase's; base64url.
    public let recovery: String
    /// When the account key signed this.
    public let issued: UnixTime

    /// A rotation to be signed by the account key: one box for each device that stays.
    public init(
        account: AccountID, epoch: UInt32, revoked: [DeviceID], boxes: [Box], recovery: String,
        issued: UnixTime
    ) {
        self.account = account
        self.epoch = epoch
        self.revoked = revoked
        self.boxes = boxes
        self.recovery = recovery
        self.issued = issued
    }

    /// Reads what was signed.
    ///
    /// - Throws: `DecodingError` where the epoch is none.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        account = try container.decode(AccountID.self, forKey: .account)
        epoch = try container.decode(.epoch, in: ProtocolLimits.keyEpochs)
        revoked = try container.decode([DeviceID].self, forKey: .revoked)
        boxes = try container.decode([Box].self, forKey: .boxes)
        recovery = try container.decode(String.self, forKey: .recovery)
        issued = try container.decode(UnixTime.self, forKey: .issued)
    }
}

/// The account key's word which server the account is at, so that who has only the phrase need not
/// believe the first server that answers.
public struct ServerPin: SignedPayload {
    /// The header's `typ`.
    public static let type = "atelier-pin+jws"

    /// The account.
    public let account: AccountID
    /// The server's key.
    public let serverKey: VerifyingKey

    /// A pin to be signed by the account key.
    public init(account: AccountID, serverKey: VerifyingKey) {
        self.account = account
        self.serverKey = serverKey
    }
}

/// A device comes back by the account key: `POST /v1/accounts/{account}/devices`, with a
/// ``RequestProof`` by the device certified in it.
public struct RestoreRequest: Codable, Sendable, Equatable {
    /// The account's public key.
    public let accountKey: VerifyingKey
    /// Compact ``DeviceCertificate``.
    public let certificate: String

    /// A request to be certified again, by the account key.
    public init(accountKey: VerifyingKey, certificate: String) {
        self.accountKey = accountKey
        self.certificate = certificate
    }
}

/// The answer to a ``RestoreRequest``.
public struct RestoreReply: Codable, Sendable, Equatable {
    /// Compact ``ServerPin`` of when the account was opened.
    public let pin: String

    /// What the account itself has signed of its server and its keys.
    public init(pin: String) {
        self.pin = pin
    }
}

/// Revokes a device: `POST /v1/devices/{device}/revocation`, by a device with the account key.
public struct RevocationRequest: Codable, Sendable, Equatable {
    /// Compact ``KeyRotation``.
    public let rotation: String

    /// A compact ``KeyRotation`` that names the device as revoked.
    public init(rotation: String) {
        self.rotation = rotation
    }
}

/// The rotations after an epoch: `GET /v1/keys?after=N`.
public struct KeyRotationList: Codable, Sendable, Equatable {
    /// Compact ``KeyRotation``s, oldest first.
    public let rotations: [String]

    /// Compact ``KeyRotation``s, by epoch and without a gap.
    public init(rotations: [String]) {
        self.rotations = rotations
    }
}
