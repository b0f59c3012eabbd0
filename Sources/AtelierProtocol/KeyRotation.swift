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

/// Library keys that a device was not given when they were made, sealed to it later; signed by the
/// account key.
///
/// A device may be missing from the list by which a ``KeyRotation`` was made: it joined at the same
/// time, or the server hid it.
public struct KeyDelivery: SignedPayload {
    /// The header's `typ`.
    public static let type = "atelier-delivery+jws"

    /// One key.
    public struct SealedKey: Codable, Sendable, Hashable {
        /// Which one.
        public let epoch: UInt32
        /// The key, sealed to the device's ``DeviceCertificate/agreementKey``; base64url.
        public let sealed: String

        /// The library key `epoch`, sealed to the device.
        public init(epoch: UInt32, sealed: String) {
            self.epoch = epoch
            self.sealed = sealed
        }

        /// Reads one.
        ///
        /// - Throws: `DecodingError` where the epoch is none.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            epoch = try container.decode(.epoch, in: ProtocolLimits.keyEpochs)
            sealed = try container.decode(String.self, forKey: .sealed)
        }
    }

    /// The account.
    public let account: AccountID
    /// The device that they are for.
    public let device: DeviceID
    /// At most ``ProtocolLimits/keysPerDelivery``.
    public let keys: [SealedKey]
    /// When the account key signed this.
    public let issued: UnixTime

    /// A delivery to be signed by the account key; at most ``ProtocolLimits/keysPerDelivery`` keys.
    public init(account: AccountID, device: DeviceID, keys: [SealedKey], issued: UnixTime) {
        self.account = account
        self.device = device
        self.keys = keys
        self.issued = issued
    }
}

/// A device says which library keys it was not given, and asks for what was sealed to it since:
/// `POST /v1/keys/requests`; safe to repeat.
public struct KeyRequest: Codable, Sendable, Equatable {
    /// The epochs, rising; at most ``ProtocolLimits/keysPerDelivery``, the others later.
    public let epochs: [UInt32]

    /// A request for the library keys `epochs`.
    public init(epochs: [UInt32]) {
        self.epochs = epochs
    }
}

/// The answer to a ``KeyRequest``.
public struct KeyRequestReply: Codable, Sendable, Equatable {
    /// Compact ``KeyDelivery``; nil until a device with the account key has made one.
    public let delivery: String?

    /// The delivery that another device has left, or none yet.
    public init(delivery: String?) {
        self.delivery = delivery
    }
}

/// Who waits for library keys: `GET /v1/keys/requests`, for a device of the account.
public struct KeyRequestList: Codable, Sendable, Equatable {
    /// One device.
    public struct Entry: Codable, Sendable, Equatable {
        /// Which device.
        public let device: DeviceID
        /// The epochs that it lacks.
        public let epochs: [UInt32]

        /// The library keys that one device lacks.
        public init(device: DeviceID, epochs: [UInt32]) {
            self.device = device
            self.epochs = epochs
        }
    }

    /// By device.
    public let requests: [Entry]

    /// The requests of the account's devices.
    public init(requests: [Entry]) {
        self.requests = requests
    }
}

/// Keys for a device that waits: `POST /v1/keys/requests/{device}`, by a device with the account
/// key.
public struct KeyDeliveryRequest: Codable, Sendable, Equatable {
    /// Compact ``KeyDelivery``.
    public let delivery: String

    /// A compact ``KeyDelivery``.
    public init(delivery: String) {
        self.delivery = delivery
    }
}
