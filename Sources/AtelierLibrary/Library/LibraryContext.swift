import AtelierProtocol
import Foundation
import GRDB
import SignedObjects
import Synchronization
import SyncKit
import SystemSupport

/// What the services of one open library share: its folder, database, keys, clock and randomness.
///
/// It holds no rules of its own. Services take it and each other; nothing here knows a service.
final class LibraryContext: Sendable {
    /// The library's folder.
    let folder: LibraryFolder
    /// Time, randomness, threads and network.
    let environment: LibraryEnvironment
    /// The database with its change capture.
    let store: SyncStore
    /// The files of the `keys` folder.
    let keys: KeyStore
    /// This device's two key pairs.
    let deviceKeys: DeviceKeys
    private let membershipState: Mutex<Membership>

    /// Opens the library in `folder`.
    ///
    /// - Parameter freesRoom: Whether what follows makes room: on a full disk it may use the room
    ///   that is kept for that.
    /// - Throws: ``LibraryError/notALibrary(folder:)``, ``LibraryError/damaged(path:reason:)``, or
    ///   the store's error.
    init(
        opening folder: LibraryFolder, environment: LibraryEnvironment, freesRoom: Bool
    ) throws {
        self.folder = folder
        self.environment = environment
        keys = KeyStore(folder: folder)
        deviceKeys = try keys.deviceKeys()
        membershipState = Mutex(try keys.membership())
        let opened = try Self.openStore(folder, environment)
        let isFull = opened.isReadOnly && freesRoom && RoomReserve.release(in: folder)
        store = isFull ? try Self.openStore(folder, environment) : opened
        if !store.isReadOnly, !freesRoom { RoomReserve.keep(in: folder) }
    }

    /// This device.
    var device: DeviceID { deviceKeys.device }
    /// The name that the artist gave this device.
    var deviceName: String { membership.deviceName }
    /// The account; nil until a requested approval came.
    var account: AccountID? { membership.account }
    /// The account and server that the library belongs to, as last saved.
    var membership: Membership { membershipState.withLock { $0 } }

    /// Saves the membership durably, then uses it.
    func save(_ membership: Membership) throws {
        try keys.save(membership)
        membershipState.withLock { $0 = membership }
    }

    /// Takes the lock of `generate` and `sync`; it ends with the returned value.
    ///
    /// - Throws: ``LibraryError/busy`` where another process holds it.
    func lock() throws -> LibraryLock { try LibraryLock(folder.lock) }

    /// Waits for the lock of everything that adds or deletes files of the library.
    func filesLock() throws -> LibraryLock { try LibraryLock(folder.filesLock, waits: true) }

    // MARK: Time and ids

    /// The device's clock, corrected by the server's at the last contact.
    func now() throws -> UnixTime {
        let (offset, last) = try clockCorrection()
        return CorrectedClock.time(device: environment.now(), offset: offset ?? 0, last: last)
    }

    /// Milliseconds that the server's clock was ahead at the last contact, and the server time of
    /// that contact; nil before the first.
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

    /// Stores the offset to the server's clock that a connection measured, for the ledger and
    /// SyncKit.
    func remember(_ clock: ServerClock) throws {
        guard let offset = clock.offset else { return }
        try store.write { try LocalValue.clockOffset.write(String(offset), $0) }
        try store.setClockOffset(.milliseconds(offset))
    }

    /// A new id by the corrected clock.
    func newID<ID: RowIdentifier>(_ type: ID.Type = ID.self) throws -> ID {
        ID(time: try now(), random: environment.random(10))
    }

    /// A new id by the device's own clock, for use inside a transaction.
    func newLinkID() -> RowID {
        RowID(time: environment.now(), random: environment.random(10))
    }

    /// Reports a step of generating; a test throws here to simulate a crash.
    func checkpoint(_ step: GenerationStep) throws {
        try environment.checkpoint(step)
    }

    // MARK: Membership

    /// The six words of this device's waiting request to join an account; nil where none waits.
    var comparisonWords: ComparisonWords? {
        guard let request = membership.request else { return nil }
        return ComparisonWords(
            account: request.account, deviceKey: deviceKeys.signing.verifyingKey,
            agreementKey: deviceKeys.agreementKey.bytes, name: deviceName)
    }

    /// The error of a service that needs an account while the device waits for approval.
    var waiting: AccountError {
        .waitingForApproval(words: comparisonWords?.description ?? "")
    }

    /// The error of a service that needs the server while the operator has not accepted the
    /// account.
    var operatorWaiting: AccountError {
        .waitsForOperator(server: membership.server?.address ?? "")
    }

    /// The keys that the library's changes are sealed with, and the account's bytes.
    ///
    /// - Throws: ``LibraryError/damaged(path:reason:)`` where there is no library key.
    func sealing() throws -> (keys: LibraryKeys, account: [UInt8]) {
        guard let account else { throw waiting }
        let byEpoch = Dictionary(
            try keys.libraryKeys().map { ($0.epoch, $0.key.bytes) }, uniquingKeysWith: { $1 })
        guard let libraryKeys = LibraryKeys(byEpoch) else {
            throw LibraryError.damaged(
                path: folder.libraryKeys.shownPath, reason: "it holds no library key")
        }
        return (libraryKeys, account.bytes)
    }

    // MARK: Opening the database

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
                reason: "it is not a complete database. Restore it from a backup")
        } catch let error as DatabaseError where error.isUnwritable {
            return try openToRead(database, environment, insteadOf: error)
        }
    }

    /// Opens a library on a full or read-only disk for reading.
    private static func openToRead(
        _ database: DatabaseFile, _ environment: LibraryEnvironment,
        insteadOf error: DatabaseError
    ) throws -> SyncStore {
        for name in [database.name, database.unchangingName].compactMap({ $0 }) {
            let store = try? SyncStore(
                reading: name, schema: LibrarySchema.synced(), environment: environment.sync,
                refusing: error)
            if let store { return store }
        }
        throw error
    }
}

extension DatabaseError {
    /// Whether the database cannot be written but may be readable; false for a lock.
    var isUnwritable: Bool {
        [.SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_PERM]
            .contains(resultCode)
    }
}
