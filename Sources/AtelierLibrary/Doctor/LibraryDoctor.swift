import CreditLedger
import Foundation
import GRDB
import SignedObjects
import SyncKit
import SystemSupport

/// The result of examining a library. Its JSON form is what `doctor --json` prints.
public struct DoctorReport: Codable, Equatable, Sendable {
    /// One fault.
    public struct Finding: Codable, Equatable, Sendable {
        /// The kinds of faults.
        public enum Code: String, Codable, Sendable {
            /// SQLite finds the database damaged.
            case database
            /// The spend journal cannot be read.
            case journal
            /// Other users may read a key file.
            case openKeys = "open-keys"
            /// A file of a row that this device wrote is missing.
            case missingFile = "missing-file"
            /// A file's digest is not its name.
            case damagedFile = "damaged-file"
            /// A crash left a part of a file.
            case leftover
            /// A complete file that no row names.
            case unnamedFile = "unnamed-file"
            /// A ``SyncDoubt``.
            case doubt
            /// This device's clock is wrong.
            case clock
            /// A paid picture is not finished.
            case unfinished
        }

        /// The kind of fault.
        public let code: Code
        /// The file's path; empty where the fault is not about a file.
        public let path: String
        /// What it means, and what to do.
        public let text: String
        /// What may help; left out where the text says all.
        public let nextStep: NextStep?
        /// Whether this examination repaired it.
        public internal(set) var isRepaired = false

        init(code: Code, path: String = "", text: String, nextStep: NextStep? = nil) {
            self.code = code
            self.path = path
            self.text = text
            self.nextStep = nextStep
        }

        init(_ doubt: SyncDoubt) {
            self.init(code: .doubt, text: doubt.text, nextStep: doubt.nextStep)
        }
    }

    /// The number of files whose digests were checked.
    public internal(set) var filesChecked = 0
    /// The faults.
    public internal(set) var findings: [Finding] = []

    /// Whether no fault is left.
    public var isWell: Bool { findings.allSatisfy(\.isRepaired) }
}

/// Examines everything that can be wrong with the library on this device.
///
/// Owns no table; it reads what the services own.
public struct LibraryDoctor: Sendable {
    let context: LibraryContext
    let works: WorkCatalog
    let styles: StyleCatalog
    let wallet: Wallet
    let generations: GenerationService
    let doubts: SyncDoubts

    /// Examines the library on this device; offline. Every file of a work, model or picture is
    /// read.
    ///
    /// - Parameter repairs: Whether to repair what can be repaired without loss: restrict the modes
    ///   of key files, delete what crashes left, and rename damaged files.
    /// - Throws: ``LibraryError/busy`` while another program generates or syncs.
    public func examine(repairs: Bool = false) throws -> DoctorReport {
        let lock = try context.lock()
        defer { withExtendedLifetime(lock) {} }
        var report = DoctorReport()
        report.findings += try databaseFindings()
        report.findings += journalFindings()
        report.findings += try keyFindings(repairs)
        try examineFiles(repairs, &report)
        report.findings += try missingFiles()
        report.findings += try unnamedFiles()
        report.findings += try doubts.all().map(DoctorReport.Finding.init)
        report.findings += try clockFindings(repairs)
        report.findings += try unfinishedFindings()
        return report
    }

    private func databaseFindings() throws -> [DoctorReport.Finding] {
        let verdict = try context.store.read { database in
            try String.fetchAll(database, sql: "PRAGMA integrity_check(10)")
        }
        guard verdict != ["ok"] else { return [] }
        return [
            .init(
                code: .database, path: context.folder.database.shownPath,
                text: "The database is damaged (\(verdict.first ?? "no answer")). "
                    + "Restore a backup, then sync.", nextStep: .restoreBackup)
        ]
    }

    private func journalFindings() -> [DoctorReport.Finding] {
        guard context.membership.server != nil else { return [] }
        do {
            _ = try wallet.open()
            return []
        } catch {
            return [.init(code: .journal, path: context.folder.spends.shownPath, text: "\(error)")]
        }
    }

    private func keyFindings(_ repairs: Bool) throws -> [DoctorReport.Finding] {
        let closed = try LibraryFile.files(in: context.folder.keys) + [context.folder.database]
        return ([(context.folder.keys, mode_t(0o700))] + closed.map { ($0, mode_t(0o600)) })
            .compactMap { file, mode in
                var status = stat()
                guard file.withFileName({ stat($0, &status) }) == 0, status.st_mode & 0o077 != 0
                else { return nil }
                var finding = DoctorReport.Finding(
                    code: .openKeys, path: file.shownPath,
                    text: "Other users of this machine can read it.")
                finding.isRepaired = repairs && file.withFileName { chmod($0, mode) } == 0
                return finding
            }
    }

    private func examineFiles(_ repairs: Bool, _ report: inout DoctorReport) throws {
        let lock = try context.filesLock()
        defer { withExtendedLifetime(lock) {} }
        let folder = context.folder
        for place in [folder.works, folder.models, folder.generations] {
            for file in try LibraryFile.files(in: place) {
                if LibraryFile.isLeftover(file.lastPathComponent) {
                    report.findings.append(try leftover(file, repairs))
                } else if let name = LibraryFileName(file) {
                    report.filesChecked += 1
                    if try FileDigest.of(file) != name.digest {
                        report.findings.append(try damaged(file, repairs))
                    }
                }
            }
        }
        try examineSketches(repairs, &report)
    }

    /// What the sketch pad keeps; no row names it, and no digest.
    private func examineSketches(_ repairs: Bool, _ report: inout DoctorReport) throws {
        let (named, leftovers) = try SketchFileName.files(in: context.folder)
        for file in leftovers { report.findings.append(try leftover(file, repairs)) }
        for file in named {
            report.filesChecked += 1
            guard try !SketchFileName.isReadable(file) else { continue }
            report.findings.append(
                try damaged(
                    file, repairs,
                    "The sketch pad cannot read this file of a sketch. Restore it from a backup, "
                        + "or draw the layer again."))
        }
    }

    private func leftover(_ file: URL, _ repairs: Bool) throws -> DoctorReport.Finding {
        var finding = DoctorReport.Finding(
            code: .leftover, path: file.shownPath, text: "A crash left this file incomplete.")
        if repairs {
            try LibraryFile.remove(file)
            finding.isRepaired = true
        }
        return finding
    }

    /// A repair renames the file, so that nothing uses it and nothing is lost.
    private func damaged(
        _ file: URL, _ repairs: Bool,
        _ text: String = "Its bytes were changed. Restore it from a backup, add the work again, or "
            + "generate the same again; it costs nothing."
    ) throws -> DoctorReport.Finding {
        var finding = DoctorReport.Finding(
            code: .damagedFile, path: file.shownPath, text: text)
        if repairs {
            let aside = file.appendingPathExtension("damaged")
            let status = file.withFileName { from in aside.withFileName { rename(from, $0) } }
            guard status == 0 else {
                throw LibraryError.unwritable(
                    path: aside.shownPath, reason: String(cString: strerror(errno)))
            }
            finding.isRepaired = true
        }
        return finding
    }

    private func missingFiles() throws -> [DoctorReport.Finding] {
        let mine = context.device.description
        let works = try works.all().filter { $0.device == mine && !$0.isHere }.map {
            missing("work \"\($0.title)\"", "Add its file again.", .addWorks)
        }
        let models = try styles.all().filter { $0.device == mine && !$0.isHere }.map {
            missing("model \"\($0.name)\"", "Train it again.", .trainModel)
        }
        let pictures = try generations.all().filter { $0.device == mine && $0.file == nil }.map {
            missing("picture \($0.id.short)", "Generate the same again; it costs nothing.", nil)
        }
        return works + models + pictures
    }

    private func missing(
        _ thing: String, _ advice: String, _ step: NextStep?
    ) -> DoctorReport.Finding {
        DoctorReport.Finding(
            code: .missingFile, text: "The file of the \(thing) is missing. \(advice)",
            nextStep: step)
    }

    /// Files without a row. They are not deleted: the row may be withheld.
    private func unnamedFiles() throws -> [DoctorReport.Finding] {
        let named =
            try works.all().compactMap { $0.location(in: context.folder) }
            + styles.all().compactMap { $0.location(in: context.folder) }
        let names = Set(named.map(\.shownName))
        return try [context.folder.works, context.folder.models].flatMap { place in
            try LibraryFile.files(in: place).filter { file in
                LibraryFileName("\(place.shownName)/\(file.shownName)") != nil
                    && !names.contains(file.shownName)
            }
        }.map { file in
            .init(
                code: .unnamedFile, path: file.shownPath,
                text: "The library has no entry for this file: a crash left it, or the entry is "
                    + "lost. It was not deleted. If it is a work, add it again; otherwise delete "
                    + "the file.", nextStep: .addWorks)
        }
    }

    private func unfinishedFindings() throws -> [DoctorReport.Finding] {
        guard context.membership.server != nil, let plans = try? generations.unfinishedPlans(),
            !plans.isEmpty
        else {
            return []
        }
        return [
            .init(
                code: .unfinished,
                text: "\(plans.count) paid pictures are not finished.", nextStep: .finishPictures)
        ]
    }
}
