public import Foundation
import SignedObjects
import SyncKit
import SystemSupport

/// What was carried by a folder. Its JSON form is what `bundle export --pictures --json` prints.
public struct CarriedReport: Codable, Equatable, Sendable {
    /// How many files were written, into the folder or the library.
    public internal(set) var files = 0
    /// Their size in bytes.
    public internal(set) var bytes = 0
    /// How many were there already.
    public internal(set) var alreadyThere = 0
    /// How many are neither here nor in the folder: other devices have them.
    public internal(set) var elsewhere = 0
    /// What could not be taken and why; each is left for another try.
    public internal(set) var problems: [String] = []
    /// Whether it was not stopped before the end.
    public internal(set) var isComplete = true
    /// How many entries changed; for an import.
    public internal(set) var received: Int?
}

/// Tells how far carrying has come, and stops it.
public struct CarryingWatch: Sendable {
    /// Called with the part that is done, 0 to 1.
    public var progress: @Sendable (Double) -> Void
    /// Whether to stop; what was carried stays.
    public var isCancelled: @Sendable () -> Bool

    /// - Parameters:
    ///   - progress: Called with the part that is done, 0 to 1.
    ///   - isCancelled: Whether to stop.
    public init(
        progress: @escaping @Sendable (Double) -> Void = { _ in },
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) {
        self.progress = progress
        self.isCancelled = isCancelled
    }
}

/// A folder that carries the library's entries and files to another device, sealed: on a stick, or
/// copied by another program. The server never sees a picture.
///
/// It holds `entries.bundle`, and below `files` each file by a name that says nothing to whoever
/// lacks the library's key. What is there is whole, so that an interrupted export or import goes on
/// with what is missing.
struct CarriedFolder {
    let context: LibraryContext
    private let root: URL
    private let sealer: BlobSealer

    init(_ root: URL, of context: LibraryContext) throws {
        self.context = context
        self.root = root
        let sealing = try context.sealing()
        sealer = BlobSealer(keys: sealing.keys, account: sealing.account)
    }

    /// The bundle of the entries.
    var entries: URL { root.appending(path: "entries.bundle") }

    private var files: URL { root.appending(path: "files") }

    /// Where a sealed file of this name stands: not too many in one folder, which the file systems
    /// of sticks search from the start.
    private func place(of name: String) -> URL {
        files.appending(path: String(name.prefix(2))).appending(path: name)
    }

    /// Seals the files into the folder that are here and not there.
    ///
    /// - Throws: ``LibraryError`` where the folder cannot be written.
    func seal(_ names: Set<String>, _ watch: CarryingWatch) throws -> CarriedReport {
        var report = CarriedReport()
        report.isComplete = try each(names, watch) { name, digest in
            let file = name.place(in: context.folder)
            guard LibraryFile.exists(file) else {
                report.elsewhere += 1
                return
            }
            let target = place(of: sealer.name(of: Array(digest.bytes)))
            let size = LibraryFile.size(of: file)
            guard LibraryFile.size(of: target) != BlobSealer.sealedSize(of: size) else {
                report.alreadyThere += 1
                return
            }
            try LibraryFile.makeFolder(target.deletingLastPathComponent())
            try take(&report, size) {
                try sealer.seal(file, digest: Array(digest.bytes), to: target)
            }
        }
        return report
    }

    /// Takes the files from the folder that rows refer to and that are not here.
    ///
    /// - Throws: ``LibraryError`` where the library cannot be written.
    func open(_ names: Set<String>, _ watch: CarryingWatch) throws -> CarriedReport {
        var report = CarriedReport()
        report.isComplete = try each(names, watch) { name, digest in
            let file = name.place(in: context.folder)
            guard !LibraryFile.exists(file) else {
                report.alreadyThere += 1
                return
            }
            let places = sealer.names(of: Array(digest.bytes)).map(place)
            guard let sealed = places.first(where: LibraryFile.exists) else {
                report.elsewhere += 1
                return
            }
            try take(&report, LibraryFile.size(of: sealed)) {
                try open(sealed, digest, to: file, limit: name.limit)
            }
        }
        return report
    }

    /// Puts a file in its place, unless it came there or its row went away meanwhile.
    private func open(_ sealed: URL, _ digest: Digest, to file: URL, limit: Int) throws {
        let draft = LibraryFile.draft(of: file)
        defer { _ = draft.withFileName { unlink($0) } }
        try sealer.open(sealed, digest: Array(digest.bytes), to: draft, limit: limit)
        let lock = try context.filesLock()
        defer { withExtendedLifetime(lock) {} }
        if !LibraryFile.exists(file) { try LibraryFile.move(draft, to: file, replacing: false) }
    }

    /// - Returns: Whether all were gone through.
    private func each(
        _ names: Set<String>, _ watch: CarryingWatch,
        _ body: (LibraryFileName, Digest) throws -> Void
    ) throws -> Bool {
        let known = names.sorted().compactMap { LibraryFileName($0) }
        for (index, name) in known.enumerated() {
            guard !watch.isCancelled() else { return false }
            guard let digest = name.digest else { continue }
            try body(name, digest)
            watch.progress(Double(index + 1) / Double(known.count))
        }
        return true
    }

    /// Counts a file; one that is damaged does not keep the others back.
    private func take(
        _ report: inout CarriedReport, _ size: Int, _ act: () throws -> Void
    ) throws {
        do {
            try act()
            report.files += 1
            report.bytes += size
        } catch BlobError.unwritable(let path, let reason) {
            throw LibraryError.unwritable(path: path, reason: reason)
        } catch let error as BlobError {
            if report.problems.count < Limits.carriedProblems {
                report.problems.append("\(error)")
            }
        }
    }
}

extension LibraryFileName {
    /// The most bytes that such a file has.
    fileprivate var limit: Int {
        text.hasPrefix("models/") ? Limits.modelBytes : Limits.pictureBytes
    }
}

extension SyncService {
    /// Writes entries and files into a folder, sealed, for another device of the account; repeated,
    /// it adds what is new.
    ///
    /// - Parameters:
    ///   - folder: Made where there is none.
    ///   - works: Only the files of these works; nil for all of works, models and generations.
    /// - Throws: ``LibraryError/unwritable(path:reason:)``,
    ///   ``LibraryError/badOutput(path:reason:)``. What was written stays.
    public func exportFolder(
        to folder: URL, works: [WorkID]? = nil, _ watch: CarryingWatch = CarryingWatch()
    ) throws -> CarriedReport {
        let carried = try CarriedFolder(folder, of: context)
        try LibraryFile.makeFolder(folder)
        // The folder's own file is written anew each time.
        _ = try exportBundle(to: carried.entries, replacing: true)
        let names = try context.store.read { database in
            if let works { return try LibraryFileName.texts(of: works, database) }
            return try LibraryFileName.texts(database)
        }
        return try carried.seal(names, watch)
    }

    /// Merges the entries of a folder that another device of the account wrote, and takes the files
    /// that are not here yet; repeating it changes nothing.
    ///
    /// - Throws: `BundleError`, `SegmentError` where the entries are damaged or of another account;
    ///   ``LibraryError/unwritable(path:reason:)``. What was taken stays.
    public func importFolder(
        from folder: URL, _ watch: CarryingWatch = CarryingWatch()
    ) throws -> CarriedReport {
        let carried = try CarriedFolder(folder, of: context)
        let received = try importBundle(from: carried.entries)
        let names = try context.store.read { try LibraryFileName.texts($0) }
        var report = try carried.open(names, watch)
        report.received = received
        return report
    }
}
