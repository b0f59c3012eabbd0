/// Bounds that client and server share; each is checked by both.
public enum ProtocolLimits {
    /// The longest device name, in UTF-8 bytes.
    public static let nameBytes = 64
    /// The largest JSON body, in bytes.
    public static let messageBytes = 256 * 1024
    /// The largest sealed segment, in bytes.
    public static let segmentBytes = 1024 * 1024
    /// The most segments in one pulled page.
    public static let pageSegments = 256
    /// The most bytes of segments in one pulled page, the first one always included.
    public static let pageBytes = 2 * 1024 * 1024
    /// The most chunks of one snapshot; each is at most ``segmentBytes`` long.
    public static let snapshotChunks = 4096
    /// The most snapshots of one account that are on their way at once.
    public static let unfinishedSnapshots = 2
    /// How long a snapshot may be on its way.
    public static let unfinishedSnapshotLifetime = Duration.seconds(24 * 3600)
    /// How long a device that is not heard from still counts as active.
    public static let activeDevice = Duration.seconds(90 * 24 * 3600)
    /// The most spends or returns in one ledger request.
    public static let ledgerItems = 64
    /// The most device requests that wait for one account.
    public static let waitingDevices = 64
    /// How long a device request waits.
    public static let deviceRequestLifetime = Duration.seconds(24 * 3600)
    /// The most entries of the audit log in one ``AuditPage``.
    public static let auditEntries = 256
    /// The library keys that an account may have had: epoch 1 is the first.
    public static let keyEpochs: ClosedRange<UInt32> = 1...10_000
    /// The most library keys in one ``KeyDelivery``, which must stay a small signed object.
    public static let keysPerDelivery = 64
    /// The most entries of one kind in one ``RegistrationRequest``.
    public static let registrationsPerRequest = 64
    /// The most works that one model may have learned from.
    public static let worksPerModel = 1024
    /// The longest name of an engine, in UTF-8 bytes.
    public static let engineBytes = 64
    /// How far ahead of server time a segment's highest stamp may lie.
    public static let futureTolerance = Duration.seconds(5 * 60)
    /// The most devices and roots on a list of revocations: 2.5 MB of ``RevocationEntry``.
    public static let revocations = 100_000
    /// How far the time of a list of revocations may lie from the present of who asks for it.
    public static let revocationAge = Duration.seconds(86_400)
}
