import AtelierProtocol
public import Foundation
import GRDB
import SignedObjects
import SyncKit

extension RightsService {
    /// The ids of removed works, the last removed first.
    public func removedWorks() throws -> [RowID] {
        try context.store.read { try erasures.removals($0) }.map(\.id)
    }

    /// Whether a certificate needs to know the account's devices, and this device has not heard of
    /// all that said that they are done.
    func awaitsDevices() throws -> Bool {
        let hasRemoved = try !removedWorks().isEmpty
        guard hasRemoved else { return false }
        let known = Set(try account.lastKnownDevices().map(\.id.description))
        let said = try context.store.read { database in
            try Set(String.fetchAll(database, sql: "SELECT DISTINCT device FROM erasures"))
        }
        return known.isEmpty || !said.isSubset(of: known)
    }

    /// Which devices hold nothing of a removed work any more, as far as this device has heard;
    /// signed.
    ///
    /// - Throws: ``CertificateError/notRemoved(name:)``.
    public func certificate(ofRemoved id: RowID) throws -> CertificateReport {
        let (removal, models, statements) = try context.store.read { database in
            let removal = try erasures.removals(database).first { $0.id == id }
            guard let removal else { throw CertificateError.notRemoved(name: id.short) }
            return (
                removal, try erasures.models(of: id, database),
                try erasures.statements(about: removal.work, database)
            )
        }
        let membership = context.membership
        let accountKey = membership.certificate == nil ? nil : membership.accountKey
        var keys: Set<VerifyingKey> = []
        let done = statements.filter { text in
            // Any program may write the rows; one statement of a device is enough.
            guard
                let said = try? ErasureStatement.verified(text, accountKey: accountKey),
                said.work == removal.work, said.time >= removal.removedAt
            else { return false }
            return keys.insert(said.deviceKey).inserted
        }
        let certificate = DeletionCertificate(
            accountKey: accountKey, work: removal.work, models: models,
            removed: removal.removedAt, done: done,
            pending: try pending(removal, done: Set(keys.map(DeviceID.init(key:)))),
            isWithdrawn: membership.server == nil
                ? nil : try !registrar.isWithdrawing([removal.work] + models),
            deviceName: context.deviceName,
            deviceKey: context.deviceKeys.signing.verifyingKey,
            deviceCertificate: membership.certificate, time: try context.now())
        return try CertificateReport(
            JWS(signing: certificate, with: context.deviceKeys.signing))
    }

    /// The devices of the account that have not said that they are done.
    private func pending(
        _ removal: ErasureLog.Removal, done: Set<DeviceID>
    ) throws -> [DeletionCertificate.Pending] {
        let revoked = Set(context.membership.revoked)
        var names = [context.device: context.deviceName]
        for device in try account.lastKnownDevices() { names[device.id] = device.name }
        return names.filter { !done.contains($0.key) }.sorted { $0.key < $1.key }
            .prefix(Limits.devicesPerCertificate).map { device, name in
                if revoked.contains(device) {
                    return .init(
                        device: device, deviceName: name, reason: .revoked, until: nil)
                }
                let isInTrash = removal.isInTrash
                return .init(
                    device: device, deviceName: name,
                    reason: isInTrash ? .inTrash : .notHeardFrom,
                    until: isInTrash ? removal.keptUntil : nil)
            }
    }
}

extension RightsService {
    /// Writes a certificate's text with its signed form.
    ///
    /// - Throws: ``LibraryError/fileExists(path:)``, ``LibraryError/unwritable(path:reason:)``.
    public func write(
        _ report: CertificateReport, to file: URL, replacing: Bool = false
    ) throws {
        let output = try OutputFile(file, .other, replacing: replacing, of: context.folder)
        try output.write(bytes: Array(report.file.utf8))
    }
}

extension CertificateReport {
    /// Reads a file that ``RightsService/write(_:to:replacing:)`` wrote, and checks every signature
    /// in it, and that its sentences are those that were signed; needs no library.
    ///
    /// - Throws: ``CertificateError``, `JWSError`, ``LibraryError/unreadable(path:reason:)``.
    public init(readingFile file: URL) throws {
        let limit = DeletionCertificate.compactBytes * 2
        let bytes = try LibraryFile.read(file, limit: limit)
        let text = String(decoding: bytes, as: UTF8.self)
        try self.init(reading: text)
        // Whoever reads the file reads its sentences, not the signed form.
        guard
            text.split(whereSeparator: \.isNewline) == self.file.split(whereSeparator: \.isNewline)
        else { throw CertificateError.otherText }
    }

    /// What `works certificate --json` prints.
    public var summary: CertificateSummary { CertificateSummary(self) }
}

/// What a deletion certificate says, for programs.
public struct CertificateSummary: Codable, Equatable, Sendable {
    /// A device that holds nothing any more.
    public struct Done: Codable, Equatable, Sendable {
        /// Its name.
        public let deviceName: String
        /// When the last file was gone.
        public let time: Moment
    }

    /// A device that has not said so.
    public struct Waiting: Codable, Equatable, Sendable {
        /// Its name.
        public let deviceName: String
        /// Why not.
        public let reason: DeletionCertificate.Pending.Reason
        /// When its trash is emptied; left out for other reasons.
        public let until: Moment?
    }

    /// SHA-256 of the work's file, hexadecimal.
    public let work: String
    /// SHA-256 of the models' files, hexadecimal.
    public let models: [String]
    /// When the work was removed.
    public let removedAt: Moment
    /// The devices that hold nothing any more.
    public let done: [Done]
    /// The devices that have not said so.
    public let pending: [Waiting]
    /// Whether every device and the server are done.
    public let isComplete: Bool
    /// The compact signed form.
    public let certificate: String

    init(_ report: CertificateReport) {
        let says = report.certificate.payload
        work = says.work.description
        models = says.models.map(\.description)
        removedAt = Moment(says.removed)
        done = report.done.map {
            Done(deviceName: CheckedText.shown($0.deviceName), time: Moment($0.time))
        }
        pending = says.pending.map {
            Waiting(
                deviceName: CheckedText.shown($0.deviceName), reason: $0.reason,
                until: $0.until.map { Moment($0) })
        }
        isComplete = report.isComplete
        certificate = report.certificate.compact
    }
}
