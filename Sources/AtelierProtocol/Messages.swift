public import SignedObjects

/// What a server says of itself, to anybody: `GET /v1/server`.
public struct ServerDescription: Codable, Sendable, Equatable {
    /// The key that signs leases, receipts and orders.
    public let key: VerifyingKey
    /// Rises when the server was wiped or restored from a backup.
    public let epoch: Int
    /// Server time.
    public let time: UnixTime
    /// Free credits an account gets.
    public let freeCredits: Int
    /// How long a lease lasts, in seconds.
    public let leaseSeconds: Int
    /// How it takes new accounts.
    public let registration: Registration

    /// Takes every field.
    public init(
        key: VerifyingKey, epoch: Int, time: UnixTime, freeCredits: Int, leaseSeconds: Int,
        registration: Registration
    ) {
        self.key = key
        self.epoch = epoch
        self.time = time
        self.freeCredits = freeCredits
        self.leaseSeconds = leaseSeconds
        self.registration = registration
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or a number out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        key = try container.decode(VerifyingKey.self, forKey: .key)
        epoch = try container.decode(.epoch, in: NumberRange.count)
        time = try container.decode(UnixTime.self, forKey: .time)
        freeCredits = try container.decode(.freeCredits, in: NumberRange.count)
        leaseSeconds = try container.decode(.leaseSeconds, in: NumberRange.count)
        registration = try container.decode(Registration.self, forKey: .registration)
    }
}

/// Opens an account: `POST /v1/accounts`, with a ``RequestProof`` by the device certified in it.
public struct RegisterRequest: Codable, Sendable, Equatable {
    /// The secret of the invite, see ``InviteCode``; nil where the server may do without.
    public let invite: InviteSecret?
    /// The account's public key.
    public let accountKey: VerifyingKey
    /// Compact ``DeviceCertificate`` of the first device.
    public let certificate: String
    /// Compact ``ServerPin``: handed back to whoever restores the account.
    public let pin: String

    /// Takes every field.
    public init(
        invite: InviteSecret?, accountKey: VerifyingKey, certificate: String, pin: String
    ) {
        self.invite = invite
        self.accountKey = accountKey
        self.certificate = certificate
        self.pin = pin
    }
}

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

    /// Takes every field.
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

    /// Takes every field.
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
    public let sealedWelcome: String
    /// Compact ``WelcomeSeal``: that the account key sealed it.
    public let welcomeSeal: String

    /// Takes every field.
    public init(
        accountKey: VerifyingKey, certificate: String, sealedWelcome: String, welcomeSeal: String
    ) {
        self.accountKey = accountKey
        self.certificate = certificate
        self.sealedWelcome = sealedWelcome
        self.welcomeSeal = welcomeSeal
    }
}

/// The devices of the account: `GET /v1/devices`.
public struct DeviceList: Codable, Sendable, Equatable {
    /// One device as the server knows it.
    public struct Entry: Codable, Sendable, Equatable {
        /// Compact ``DeviceCertificate``.
        public let certificate: String
        /// When the server last heard from it.
        public let lastSeen: UnixTime

        /// Takes every field.
        public init(certificate: String, lastSeen: UnixTime) {
            self.certificate = certificate
            self.lastSeen = lastSeen
        }
    }

    /// The account's public key, which signed every certificate.
    public let accountKey: VerifyingKey
    /// First joined first.
    public let devices: [Entry]

    /// Takes every field.
    public init(accountKey: VerifyingKey, devices: [Entry]) {
        self.accountKey = accountKey
        self.devices = devices
    }
}

/// The answer to a pushed segment: `POST /v1/segments`.
public struct PushReply: Codable, Sendable, Equatable {
    /// The segment's place in the account's order, from 1; the same when it is pushed again.
    public let sequence: Int64
    /// The server's epoch, see ``ServerDescription/epoch``.
    public let epoch: Int
    /// Server time.
    public let time: UnixTime
    /// The place of the account's last segment.
    public let head: Int64
    /// Segments up to this place are gone: the newest snapshot holds what they said.
    public let floor: Int64
    /// Every active device has pulled up to this place.
    public let horizon: Int64

    /// Takes every field.
    public init(
        sequence: Int64, epoch: Int, time: UnixTime, head: Int64, floor: Int64, horizon: Int64
    ) {
        self.sequence = sequence
        self.epoch = epoch
        self.time = time
        self.head = head
        self.floor = floor
        self.horizon = horizon
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or a number out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        sequence = try container.decode(.sequence, in: NumberRange.place)
        epoch = try container.decode(.epoch, in: NumberRange.count)
        time = try container.decode(UnixTime.self, forKey: .time)
        head = try container.decode(.head, in: NumberRange.place)
        floor = try container.decode(.floor, in: NumberRange.place)
        horizon = try container.decode(.horizon, in: NumberRange.place)
    }
}

/// The account's newest whole snapshot: `GET /v1/snapshot`.
public struct SnapshotDescription: Codable, Sendable, Equatable {
    /// Which snapshot.
    public let id: SnapshotID
    /// The place up to which every segment is in it.
    public let cursor: Int64
    /// How many chunks it has.
    public let chunks: Int
    /// The server's epoch, see ``ServerDescription/epoch``.
    public let epoch: Int
    /// Server time.
    public let time: UnixTime

    /// Takes every field.
    public init(id: SnapshotID, cursor: Int64, chunks: Int, epoch: Int, time: UnixTime) {
        self.id = id
        self.cursor = cursor
        self.chunks = chunks
        self.epoch = epoch
        self.time = time
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or a number out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(SnapshotID.self, forKey: .id)
        cursor = try container.decode(.cursor, in: NumberRange.place)
        chunks = try container.decode(.chunks, in: NumberRange.count)
        epoch = try container.decode(.epoch, in: NumberRange.count)
        time = try container.decode(UnixTime.self, forKey: .time)
    }
}
