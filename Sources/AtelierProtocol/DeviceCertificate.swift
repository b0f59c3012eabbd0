public import SignedObjects

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
