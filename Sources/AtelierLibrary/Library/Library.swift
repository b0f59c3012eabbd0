import AtelierProtocol
import Foundation
public import SignedObjects
package import SyncKit
import SyncKitHTTP
import SystemSupport

/// An artist's library: one folder with a database, pictures, style models and keys.
///
/// A facade: each service owns its tables and its rules, and takes ids. Only ``account`` and
/// ``sync`` use the network; everything else works offline.
///
/// Services depend on those above them: trash → works → styles → wallet → generations →
/// withdrawals → account → rights → sync; backup and doctor read all of them.
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
    /// Small copies of works and pictures, for lists.
    public let thumbnails: ThumbnailStore
    /// The removal of works, with everything that was learned from them.
    public let withdrawals: Withdrawals
    /// The account on a server, its devices and keys.
    public let account: AccountService
    /// The exchange of changes with other devices: by a server or by a file; conflicts.
    public let sync: SyncService
    /// Reservations, cases, and certificates of what was removed.
    public let rights: RightsService
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
        let erasures = ErasureLog(context: context)
        trash = Trash(context: context, erasures: erasures)
        let reservations = ReservationList(context: context)
        let registrar = Registrar(context: context)
        works = WorkCatalog(context: context, reservations: reservations)
        styles = StyleCatalog(context: context, works: works, trash: trash, registrar: registrar)
        wallet = Wallet(context: context)
        generations = GenerationService(
            context: context, works: works, styles: styles, wallet: wallet, trash: trash)
        thumbnails = ThumbnailStore(context: context)
        withdrawals = Withdrawals(
            context: context, works: works, styles: styles, generations: generations, trash: trash,
            registrar: registrar, erasures: erasures)
        let doubts = SyncDoubts(context: context)
        account = AccountService(
            context: context,
            ledger: LedgerExchange(
                context: context, wallet: wallet, styles: styles, generations: generations,
                registrar: registrar, doubts: doubts))
        rights = RightsService(
            context: context, works: works, styles: styles, registrar: registrar,
            reservations: reservations, erasures: erasures, account: account)
        sync = SyncService(
            context: context, account: account, wallet: wallet, generations: generations,
            withdrawals: withdrawals, trash: trash, rights: rights, doubts: doubts)
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
    /// Whether it can be read only, as on a full disk.
    public var isReadOnly: Bool { store.isReadOnly }
    /// The database; tests read it.
    package var store: SyncStore { context.store }
    /// The key files; tests read them.
    package var keys: KeyStore { context.keys }
}

/// A library that is being made.
public struct NewLibrary: Sendable {
    /// Its folder.
    public let folder: LibraryFolder
    /// Its account.
    public let account: AccountID
    /// This device.
    public let device: DeviceID
    /// The name that the artist gave this device.
    public let deviceName: String
    /// The words that stand for the account; they are shown now and never again.
    public let phrase: RecoveryPhrase
}

extension Library {
    /// Makes a library with an account of its own; works offline.
    ///
    /// - Parameters:
    ///   - deviceName: The name of this device, at most `ProtocolLimits.nameBytes`; nil takes the
    ///     machine's name.
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
        let draft = try LibraryDraft(in: folder, deviceName: deviceName, environment: environment)
        return (try draft.make(showing: show), draft.new.phrase)
    }

    /// Requests access of this device to an account. The library may be new: it needs no ``make``.
    ///
    /// - Parameters:
    ///   - address: `https://host[:port]`; plain `http` only on this machine.
    ///   - account: The account's id, 32 hexadecimal digits.
    ///   - deviceName: The name of this device, at most `ProtocolLimits.nameBytes`; nil takes the
    ///     machine's name.
    /// - Returns: The library. Its ``AccountService/comparisonWords`` are what the artist types on
    ///   a device that holds the account key; then ``SyncService/run()`` here fetches the approval.
    /// - Throws: ``AccountError/badAccount``, ``LibraryError/alreadyALibrary(folder:)``;
    ///   `HTTPFailure`, `Problem`.
    public static func requestingAccess(
        in folder: LibraryFolder, server address: String, account: String,
        deviceName: String? = nil, environment: LibraryEnvironment = .system
    ) async throws -> Library {
        guard let account = AccountID(hex: account.lowercased()) else {
            throw AccountError.badAccount
        }
        let address = try HTTPAddress(address)
        let library = try openOrMake(
            in: folder, deviceName: deviceName, environment: environment)
        guard library.account.id == nil else {
            throw LibraryError.alreadyALibrary(folder: folder.root.shownPath)
        }
        try await library.account.requestAccess(to: account, at: address)
        return library
    }

    /// Brings an account to this device by its recovery phrase alone; then ``SyncService/run()``
    /// brings the library. Safe to repeat.
    ///
    /// The server proves itself by what the account's own key once signed about it, so that no
    /// first answer has to be believed.
    ///
    /// - Returns: The library, which holds the account key and can let other devices in.
    /// - Throws: ``LibraryError/alreadyALibrary(folder:)`` where another account is,
    ///   ``AccountError/otherServer``, `Problem` where the server has no such account.
    public static func restoringAccount(
        in folder: LibraryFolder, server address: String, phrase: RecoveryPhrase,
        deviceName: String? = nil, environment: LibraryEnvironment = .system
    ) async throws -> Library {
        let address = try HTTPAddress(address)
        let library = try openOrMake(
            in: folder, deviceName: deviceName, environment: environment)
        let account = AccountID(key: try phrase.accountKey.verifyingKey)
        guard library.account.id == nil || library.account.id == account else {
            throw LibraryError.alreadyALibrary(folder: folder.root.shownPath)
        }
        try await library.account.restore(account, by: phrase, at: address)
        return library
    }

    /// Opens the library in `folder`, or makes one that belongs to no account yet.
    private static func openOrMake(
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

    fileprivate static func makeFolders(_ folder: LibraryFolder) throws -> KeyStore {
        guard !folder.holdsLibrary else {
            throw LibraryError.alreadyALibrary(folder: folder.root.shownPath)
        }
        try folder.make()
        return KeyStore(folder: folder)
    }

    fileprivate static func checkedDeviceName(_ name: String?) throws -> String {
        let name = name ?? ProcessInfo.processInfo.hostName
        return try CheckedText.line(name, field: "device name", limit: ProtocolLimits.nameBytes)
    }
}

/// A library that is in memory only, until its words were shown.
public struct LibraryDraft: Sendable {
    /// What it will be, with its words.
    public let new: NewLibrary
    private let accountKey: SigningKey
    private let deviceKeys: DeviceKeys
    private let membership: Membership
    private let environment: LibraryEnvironment

    /// Chooses the keys of a new account and device; writes nothing.
    ///
    /// - Throws: ``LibraryError/alreadyALibrary(folder:)``,
    ///   ``LibraryError/badText(field:reason:)``.
    public init(
        in folder: LibraryFolder, deviceName: String? = nil,
        environment: LibraryEnvironment = .system
    ) throws {
        guard !folder.holdsLibrary else {
            throw LibraryError.alreadyALibrary(folder: folder.root.shownPath)
        }
        let phrase = try RecoveryPhrase(entropy: environment.random(RecoveryPhrase.entropyBytes))
        let accountKey = try phrase.accountKey
        let deviceKeys = DeviceKeys()
        var membership = Membership(deviceName: try Library.checkedDeviceName(deviceName))
        membership.accountKey = accountKey.verifyingKey
        membership.recoveryKey = try phrase.recoveryKey.agreementKey
        membership.certificate = try JWS(
            signing: DeviceCertificate(
                account: AccountID(key: accountKey.verifyingKey),
                deviceKey: deviceKeys.signing.verifyingKey,
                agreementKey: deviceKeys.agreementKey, name: membership.deviceName,
                issued: environment.now()),
            with: accountKey
        ).compact
        new = NewLibrary(
            folder: folder, account: AccountID(key: accountKey.verifyingKey),
            device: deviceKeys.device, deviceName: membership.deviceName, phrase: phrase)
        self.accountKey = accountKey
        self.deviceKeys = deviceKeys
        self.membership = membership
        self.environment = environment
    }

    /// Makes the library.
    ///
    /// - Parameter show: Shows the phrase, where that was not done yet. A throw there undoes
    ///   everything.
    /// - Throws: ``LibraryError``; what `show` throws.
    public func make(showing show: (NewLibrary) throws -> Void = { _ in }) throws -> Library {
        let keys = try Library.makeFolders(new.folder)
        do {
            try keys.save(accountKey: accountKey)
            try keys.save([LibraryKey(epoch: 1, key: try new.phrase.libraryKey)])
            try keys.save(membership)
            try show(new)
            // Last, because the presence of this file makes the folder a library.
            try keys.save(deviceKeys)
        } catch {
            new.folder.unmake()
            throw error
        }
        return try Library(opening: new.folder, environment: environment)
    }
}
