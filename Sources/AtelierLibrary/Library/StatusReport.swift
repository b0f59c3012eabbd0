import AtelierProtocol
import Foundation
public import SignedObjects
import SyncKit
import SystemSupport

/// The state of the library. Its JSON form is what `status --json` prints.
public struct StatusReport: Codable, Equatable, Sendable {
    /// The number and size of one kind of object.
    public struct Store: Codable, Equatable, Sendable {
        /// The number of objects on all devices.
        public let count: Int
        /// The number of their files on this device.
        public let here: Int
        /// The size of those files in bytes.
        public let bytes: Int
    }

    /// The library's folder.
    public let home: String
    /// The account; left out while a requested approval has not come.
    public let account: AccountID?
    /// This device.
    public let device: DeviceID
    /// The name that the artist gave it.
    public let deviceName: String
    /// Whether this device has the account key, so that it can approve others.
    public let holdsAccountKey: Bool
    /// The server's address; empty before `join`.
    public let server: String
    /// How the account stands.
    public let standing: StandingReport
    /// The words to type on the first device; empty where no request waits.
    public let comparisonWords: String
    /// When this device last synced; left out before the first time.
    public let lastSyncAt: Moment?
    /// Rows whose changes were not sent; left out where the library cannot be written, because
    /// counting first records what other programs wrote.
    public let pendingChanges: Int?
    /// Milliseconds that server time is ahead of this device's clock.
    public let clockOffsetMs: Int
    /// The number of paid generations that are not finished.
    public let unfinishedGenerations: Int
    /// The doubts of the last sync.
    public let doubts: [SyncDoubt]
    /// The cases that are not final, as of the last sync.
    public let openCases: [CaseReport]
    /// The cases in which a work or a model is withheld: its models get no receipts.
    public let withheldIn: [Int]
    /// The removed objects that can be restored.
    public let trash: Store
    /// The works.
    public let works: Store
    /// The models.
    public let models: Store
    /// The generations.
    public let generations: Store
}

extension Library {
    /// The state of the library, without any network.
    public func status() throws -> StatusReport {
        let (lastSync, offset) = try context.store.read { database in
            (
                try LocalValue.lastSync.readNumber(in: LocalValue.moments, database),
                try LocalValue.clockOffset.readNumber(in: LocalValue.offsets, database)
            )
        }
        let hasJoined = context.membership.server != nil
        return StatusReport(
            home: context.folder.root.shownPath, account: account.id, device: device,
            deviceName: deviceName,
            holdsAccountKey: LibraryFile.exists(context.folder.accountKey),
            server: context.membership.server?.address ?? context.membership.request?.address ?? "",
            standing: try sync.standing(), comparisonWords: account.comparisonWords ?? "",
            lastSyncAt: lastSync.map { Moment(column: $0) },
            pendingChanges: context.store.isReadOnly ? nil : try context.store.pendingChangeCount(),
            clockOffsetMs: Int(clamping: offset ?? 0),
            unfinishedGenerations: hasJoined ? try generations.unfinishedPlans().count : 0,
            doubts: try sync.doubts.all(),
            openCases: try rights.cases().filter { $0.state != .final },
            withheldIn: try withheldReceipts().cases, trash: try trashStorage(),
            works: storage(of: try works.all().map { $0.location(in: context.folder) }),
            models: storage(of: try styles.all().map { $0.location(in: context.folder) }),
            generations: storage(of: try generations.all().map { $0.location(in: context.folder) }))
    }

    private func trashStorage() throws -> StatusReport.Store {
        // The folder is made when something is removed.
        let files = (try? LibraryFile.files(in: context.folder.trash)) ?? []
        return StatusReport.Store(
            count: try trash.all().count, here: files.count, bytes: storage(of: files).bytes)
    }

    private func storage(of files: [URL?]) -> StatusReport.Store {
        let here = files.compactMap { $0 }
        let bytes = here.reduce(0) { $0 + LibraryFile.size(of: $1) }
        return StatusReport.Store(count: files.count, here: here.count, bytes: bytes)
    }
}
