public import SignedObjects
package import SyncKit

/// An artist's library: one folder with a database, pictures, style models and keys.
///
/// A facade: each service owns its tables and its rules, and takes ids. Only ``account`` and
/// ``sync`` use the network; everything else works offline.
///
/// Services depend on those above them: trash → works → styles → wallet → generations →
/// withdrawals → account → sync; backup and doctor read all of them.
public final class Library: Sendable {
    /// The removed objects that can be restored.
    public let trash: Trash
    /// The works that style models learn from.
    public let works: WorkCatalog
    /// The style models.
    public let styles: StyleCatalog
    /// The credits of this device.
    public let wallet: Wallet
    /// The generated pictures.
    public let generations: GenerationService
    /// The removal of works, with everything that was learned from them.
    public let withdrawals: Withdrawals
    /// The account on a server, its devices and keys.
    public let account: AccountService
    /// The exchange of changes with other devices: by a server or by a file; conflicts.
    public let sync: SyncService
    /// Backups and the export to plain files.
    public let backup: BackupService
    /// The check of everything that can be wrong with the library on this device.
    public let doctor: LibraryDoctor

    let context: LibraryContext

    /// Opens the library in `folder`.
    ///
    /// - Parameter freesRoom: Whether what follows makes room: on a full disk it may use the room
    ///   that is kept for that.
    /// - Throws: ``LibraryError/notALibrary(folder:)``, ``LibraryError/damaged(path:reason:)``, or
    ///   the store's error.
    public init(
        opening folder: LibraryFolder, environment: LibraryEnvironment = .system,
        freesRoom: Bool = false
    ) throws {
        let context = try LibraryContext(
            opening: folder, environment: environment, freesRoom: freesRoom)
        self.context = context
        trash = Trash(context: context)
        works = WorkCatalog(context: context)
        styles = StyleCatalog(context: context, works: works, trash: trash)
        wallet = Wallet(context: context)
        generations = GenerationService(
            context: context, works: works, styles: styles, wallet: wallet, trash: trash)
        withdrawals = Withdrawals(
            context: context, works: works, styles: styles, generations: generations, trash: trash)
        let doubts = SyncDoubts(context: context)
        account = AccountService(
            context: context,
            ledger: LedgerExchange(
                context: context, wallet: wallet, generations: generations, doubts: doubts))
        sync = SyncService(
            context: context, account: account, wallet: wallet, generations: generations,
            withdrawals: withdrawals, trash: trash, doubts: doubts)
        backup = BackupService(
            context: context, works: works, styles: styles, generations: generations)
        doctor = LibraryDoctor(
            context: context, works: works, styles: styles, wallet: wallet,
            generations: generations, doubts: doubts)
    }

    /// The library's folder.
    public var folder: LibraryFolder { context.folder }
    /// This device.
    public var device: DeviceID { context.device }
    /// The name that the artist gave this device.
    public var deviceName: String { context.deviceName }
    /// The database; tests read it.
    package var store: SyncStore { context.store }
    /// The key files; tests read them.
    package var keys: KeyStore { context.keys }
}
