import AtelierProtocol
import CreditLedger
public import Foundation
import GRDB
import SignedObjects
import SyncKit
import SystemSupport

/// What a sync did. Its JSON form is what `sync --json` prints.
public struct SyncOutcome: Codable, Equatable, Sendable {
    /// Rows whose changes were sent.
    public var sent = 0
    /// Changes of other devices that altered a row here.
    public var received = 0
    /// Generations that the server countersigned.
    public var settled = 0
    /// Generations that the server refused for good: their credit was leased to another device.
    public var refused = 0
    /// Rows whose changes wait, such as those of a suspended account.
    public var pending = 0
    /// Received segments that could not be applied and are kept for later.
    public var setAside = 0
    /// Epochs of the library keys that this device lacks. Until a device that has them syncs,
    /// changes sealed with them cannot be read here, and changes made here may wait.
    public var missingKeys: [Int] = []
    /// The inconsistencies that are not resolved.
    public var doubts: [SyncDoubt] = []
    /// What the operator wrote with the decisions that came with this sync, oldest first: those
    /// that forbid nothing, such as a reinstatement. What forbids is told by ``standing``.
    public var messages: [String] = []
    /// What is new in the account's cases, each once, oldest first.
    public var letters: [CaseNote] = []
    /// How the account stands.
    public var standing: StandingReport
    /// The credits after it.
    public var credits: CreditsReport
}

/// The exchange of changes with the account's other devices, by a server or by a file.
///
/// Owns no rows of its own: SyncKit's store keeps the changes, ``LocalValue`` the time of the last
/// sync.
public struct SyncService: Sendable {
    let context: LibraryContext
    let account: AccountService
    let wallet: Wallet
    let generations: GenerationService
    let withdrawals: Withdrawals
    let trash: Trash
    let rights: RightsService
    let doubts: SyncDoubts

    /// Settles credits, then exchanges changes with the server. It can be repeated and interrupted.
    ///
    /// A suspended account still receives changes and its standing; its own changes wait.
    ///
    /// - Throws: ``LibraryError/busy``, ``AccountError/waitingForApproval(words:)``, `HTTPFailure`
    ///   where the server cannot be reached, `Problem` where it refuses. None of them loses
    ///   anything.
    public func run() async throws -> SyncOutcome {
        let lock = try context.lock()
        defer { withExtendedLifetime(lock) {} }
        if let request = context.membership.request { try await account.collectApproval(request) }
        let connection = try account.connection()
        let refusedBefore = try wallet.credits().refused
        let ordersBefore = try wallet.open().wallet.orders.count
        var settled = try await account.ledger.settleAsMember(over: connection)
        try await account.followKeys(over: connection)
        try generations.noteFinished()
        let before = try context.store.pendingChangeCount()
        let report = try await exchange(over: connection)
        if report.isWritingRefused {
            // Suspended after the ledger exchange: the orders of another one say why.
            settled += try await account.ledger.settle(over: connection)
        }
        let refusedList = try await followRights(over: connection)
        let refusedRevocations = try await account.followRevocations(over: connection)
        let refusedCertificate = try await account.followCertificate(over: connection)
        try context.remember(connection.clock)
        try trash.confirmClock(connection.clock)
        try trash.sweepFiles()
        try trash.sweepLeftovers()
        let now = try context.now()
        try context.store.write { try LocalValue.lastSync.write(String(now.milliseconds), $0) }
        let pending = try context.store.pendingChangeCount()
        let credits = try wallet.report()
        let missingKeys = try account.missingKeys()
        try doubts.keep(
            after: report, missingKeys: missingKeys, refusedList: refusedList,
            refusedCertificate: refusedCertificate, refusedRevocations: refusedRevocations,
            refusedRegistrations: try rights.registrar.refusals())
        return SyncOutcome(
            sent: max(0, before - pending), received: report.changesReceived, settled: settled,
            refused: credits.refused - refusedBefore, pending: pending,
            setAside: report.segmentsSetAside, missingKeys: missingKeys,
            doubts: try doubts.all(), messages: try messages(after: ordersBefore),
            letters: try letters(after: ordersBefore),
            standing: try standing(), credits: credits)
    }

    /// Brings the list of reservations and the account's cases up to date.
    ///
    /// - Returns: Why the list was refused; nil where it was not.
    /// - Throws: `HTTPFailure`. A server that refuses to answer leaves both as they are.
    private func followRights(
        over connection: ServerConnection
    ) async throws -> (any Error)? {
        guard let server = context.membership.server else { return nil }
        do {
            try await rights.pullCases(
                over: connection, orders: try wallet.open().wallet.orders.map(\.payload))
            if try rights.awaitsDevices() { _ = try await account.devices() }
            try await rights.repeatWishes(over: connection)
            try await rights.reservations.pull(over: connection, serverKey: server.key)
            try await rights.followReservations(over: connection)
            return nil
        } catch is Problem {
            return nil
        } catch let error as ReservationListError {
            return error
        } catch let error as ReservationPageError {
            return error
        } catch let error as JWSError {
            return error
        }
    }

    /// The operator's texts in the orders after a serial that lift or give something.
    private func messages(after serial: Int) throws -> [String] {
        try wallet.open().wallet.orders.dropFirst(serial).map(\.payload)
            .filter { [.reinstate, .resumeService, .grant, .note].contains($0.kind) }
            .map { CheckedText.shown($0.text) }.filter { !$0.isEmpty }
    }

    /// What the orders after a serial say in cases.
    private func letters(after serial: Int) throws -> [CaseNote] {
        CaseNote.folding(
            try wallet.open().wallet.orders.dropFirst(serial).map(\.payload),
            try context.storedCases())
    }

    /// How the account stands, as of the last contact; offline.
    public func standing() throws -> StandingReport {
        let membership = context.membership
        guard membership.request == nil else { return StandingReport(.waiting) }
        guard membership.server != nil else { return StandingReport(.notJoined) }
        guard membership.waitsForOperator != true else { return StandingReport(.waiting) }
        guard membership.isRevoked != true else { return StandingReport(.revoked) }
        return StandingReport(try wallet.obstacle())
    }

    /// One run of SyncKit: pushes what an earlier sync sealed, pulls, follows the withdrawals that
    /// came, pushes the rest. While the account may not write it pulls only.
    private func exchange(over connection: ServerConnection) async throws -> SyncReport {
        let sealing = try context.sealing()
        let synchronizer = Synchronizer(
            store: context.store, transport: connection.transport, keys: sealing.keys,
            account: sealing.account)
        return try await synchronizer.run(
            mayWrite: { try mayPush() },
            didPull: {
                try withdrawals.follow()
                // What is said to be gone goes out with the same sync.
                try trash.sweepFiles()
            })
    }

    /// Whether changes of this device may be pushed now. Without the newest library key they would
    /// be sealed with one that a revoked device has.
    private func mayPush() throws -> Bool {
        try wallet.obstacle() == nil && !account.lacksNewestKey()
    }
}

extension SyncService {
    /// Writes the entries of all works, tags, models and generations into one sealed file, for
    /// another device of the account. The files of pictures and models are not in it.
    ///
    /// - Parameter replacing: Whether an existing file is replaced.
    /// - Returns: The file's size in bytes.
    public func exportBundle(to file: URL, replacing: Bool = false) throws -> Int {
        let output = try OutputFile(file, .other, replacing: replacing, of: context.folder)
        let sealing = try context.sealing()
        let draft = output.draft
        defer { _ = draft.withFileName { unlink($0) } }
        let size: Int
        do {
            size = try context.store.exportBundle(
                to: draft, keys: sealing.keys, account: sealing.account)
        } catch BundleError.unwritable(_, let reason) {
            throw LibraryError.unwritable(path: file.shownPath, reason: reason)
        }
        try output.take(draft)
        return size
    }

    /// Whether a bundle is sealed with an older library key than the account's newest, which this
    /// device lacks: a device that was revoked since then can read the bundle.
    public func sealsBundlesWithOlderKey() throws -> Bool { try account.lacksNewestKey() }

    /// Merges a sealed file of another device; repeating it changes nothing.
    ///
    /// - Returns: The number of changes that altered a row here.
    /// - Throws: `BundleError`, `SegmentError` where it is damaged or of another account.
    public func importBundle(from file: URL) throws -> Int {
        let lock = try context.lock()
        defer { withExtendedLifetime(lock) {} }
        let sealing = try context.sealing()
        try generations.noteFinished()
        let changes = try context.store.importBundle(
            from: file, keys: sealing.keys, account: sealing.account)
        try withdrawals.follow()
        try trash.sweepFiles()
        return changes
    }
}
