public import SignedObjects

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
