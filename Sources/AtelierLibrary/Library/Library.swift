import AtelierProtocol
import CreditLedger
import Foundation
import GRDB
public import SignedObjects
import Synchronization
package import SyncKit

/// An artist's library: one folder with a database, pictures, models and keys.
///
/// Everything but `join`, `sync` and the approval of devices works with no network.
public final class Library: Sendable {
    /// Where it lies.
    public let folder: LibraryFolder

    let environment: LibraryEnvironment
    /// The database; apps and tests may read it.
    package let store: SyncStore
    let keys: KeyStore
    let deviceKeys: DeviceKeys
    private let membershipState: Mutex<Membership>

    /// This device.
    public var device: DeviceID { deviceKeys.device }
    /// The account; nil while a requested approval has not come.
    public var account: AccountID? { membership.account }
    /// What the artist calls this device.
    public var deviceName: String { membership.deviceName }

    /// Opens the library in `folder`.
    ///
    /// - Throws: ``LibraryError/notALibrary(folder:)``, ``LibraryError/damaged(path:reason:)``, or
    ///   the store's error.
    public init(opening folder: LibraryFolder, environment: LibraryEnvironment = .system) throws {
        self.folder = folder
        self.environment = environment
        keys = KeyStore(folder: folder)
        deviceKeys = try keys.deviceKeys()
        membershipState = Mutex(try keys.membership())
        store = try Self.openStore(folder, environment)
    }

    /// Makes a library with an account of its own; works offline.
    ///
    /// - Parameters:
    ///   - deviceName: What the artist calls this device; nil takes the machine's name.
    ///   - show: Shows the phrase, which is stored nowhere. A throw there undoes everything: there
    ///     is no library whose phrase nobody saw.
    /// - Returns: The library, and the phrase.
    /// - Throws: ``LibraryError/alreadyALibrary(folder:)``,
    ///   ``LibraryError/unwritable(path:reason:)``, ``LibraryError/badText(field:reason:)``; what
    ///   `show` throws.
    public static func make(
        in folder: LibraryFolder, deviceName: String? = nil,
        environment: LibraryEnvironment = .system,
        showing show: (NewLibrary) throws -> Void = { _ in }
    ) throws -> (library: Library, phrase: RecoveryPhrase) {
        guard let phrase = RecoveryPhrase(entropy: environment.random(32)) else {
            throw LibraryError.damaged(path: "the random numbers", reason: "they ran out")
        }
        let accountKey = phrase.accountKey
        let deviceKeys = DeviceKeys()
        var membership = Membership(deviceName: try checkedDeviceName(deviceName))
        membership.accountKey = accountKey.verifyingKey
        membership.recoveryKey = phrase.recoveryKey?.agreementKey
        membership.certificate = try JWS(
            signing: DeviceCertificate(
                account: AccountID(key: accountKey.verifyingKey),
                deviceKey: deviceKeys.signing.verifyingKey,
                agreementKey: deviceKeys.agreementKey, name: membership.deviceName,
                issued: environment.now()),
            with: accountKey
        ).compact
        let keys = try makeFolders(folder)
        do {
            try keys.save(accountKey: accountKey)
            if let key = SecretBytes(phrase.libraryKey) {
                try keys.save([LibraryKey(epoch: 1, key: key)])
            }
            try keys.save(membership)
            try show(
                NewLibrary(
                    folder: folder, account: AccountID(key: accountKey.verifyingKey),
                    device: deviceKeys.device, deviceName: membership.deviceName, phrase: phrase))
            // Last, for its presence says that a library is here.
            try keys.save(deviceKeys)
        } catch {
            folder.unmake()
            throw error
        }
        return (try Library(opening: folder, environment: environment), phrase)
    }

    /// Opens the library in `folder`, or makes one that belongs to no account yet: the device will
    /// ask one to let it in.
    static func openOrMake(
        in folder: LibraryFolder, deviceName: String?, environment: LibraryEnvironment
    ) throws -> Library {
        guard !folder.holdsLibrary else {
            return try Library(opening: folder, environment: environment)
        }
        let membership = Membership(deviceName: try checkedDeviceName(deviceName))
        let keys = try makeFolders(folder)
        try keys.save(membership)
        try keys.save(DeviceKeys())
        return try Library(opening: folder, environment: environment)
    }

    var membership: Membership { membershipState.withLock { $0 } }

    func save(_ membership: Membership) throws {
        try keys.save(membership)
        membershipState.withLock { $0 = membership }
    }

    /// The device's clock, corrected by what the server's said at the last contact.
    func now() throws -> UnixTime {
        let (offset, last) = try clockCorrection()
        return CorrectedClock.time(device: environment.now(), offset: offset ?? 0, last: last)
    }

    /// By how much the server's clock was ahead at the last contact, and when that was.
    func clockCorrection() throws -> (offset: Int64?, last: UnixTime?) {
        try store.read { database in
            (
                try LocalValue.clockOffset.readNumber(in: LocalValue.offsets, database),
                try LocalValue.lastSync.readNumber(in: LocalValue.moments, database).map {
                    UnixTime(milliseconds: $0)
                }
            )
        }
    }

    func checkpoint(_ step: GenerationStep) throws {
        try environment.checkpoint(step)
    }

    func newID() throws -> RowID {
        RowID(time: try now(), random: environment.random(10))
    }

    private static func openStore(
        _ folder: LibraryFolder, _ environment: LibraryEnvironment
    ) throws -> SyncStore {
        LibraryFile.makePrivate(folder.database)
        let database = DatabaseFile(folder.database)
        do {
            return try SyncStore(
                path: database.name, schema: LibrarySchema.synced(),
                migrator: LibrarySchema.migrator, environment: environment.sync)
        } catch let error as DatabaseError
            where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode)
        {
            throw LibraryError.damaged(
                path: folder.database.shownPath,
                reason: "it is not a whole database; restore it from a backup")
        } catch let error as DatabaseError where ExitStatus(for: error) == .storage {
            return try openToRead(database, environment, insteadOf: error)
        }
    }

    /// A full disk, or a library on one that cannot be written, can be read all the same.
    private static func openToRead(
        _ database: DatabaseFile, _ environment: LibraryEnvironment,
        insteadOf error: DatabaseError
    ) throws -> SyncStore {
        guard ![.SQLITE_BUSY, .SQLITE_LOCKED].contains(error.resultCode) else { throw error }
        for name in [database.name, database.unchangingName].compactMap({ $0 }) {
            let store = try? SyncStore(
                reading: name, schema: LibrarySchema.synced(), environment: environment.sync,
                refusing: error)
            if let store { return store }
        }
        throw error
    }

    private static func makeFolders(_ folder: LibraryFolder) throws -> KeyStore {
        guard !folder.holdsLibrary else {
            throw LibraryError.alreadyALibrary(folder: folder.root.shownPath)
        }
        try folder.make()
        return KeyStore(folder: folder)
    }

    private static func checkedDeviceName(_ name: String?) throws -> String {
        let name = name ?? ProcessInfo.processInfo.hostName
        return try CheckedText.line(name, field: "device name", limit: ProtocolLimits.nameBytes)
    }
}
