import AtelierProtocol
import Foundation
public import SignedObjects

/// A device's statement that it holds nothing of a removed work any more; signed by the device.
///
/// It holds no title and no pixel.
public struct ErasureStatement: SignedPayload {
    /// The header's `typ`.
    public static let type = "atelier-erasure+jws"
    /// Room for ``Limits/modelsPerCertificate`` digests.
    public static let compactBytes = 64 * 1024

    /// SHA-256 of the work's file.
    public let work: Digest
    /// SHA-256 of the files of the models that learned from it, ascending.
    public let models: [Digest]
    /// The name that the artist gave the device.
    public let deviceName: String
    /// The key of the device, which signed this.
    public let deviceKey: VerifyingKey
    /// Compact certificate of the device by the account's key; left out without an account.
    public let deviceCertificate: String?
    /// The device's corrected clock when the last of them was gone.
    public let time: UnixTime

    /// A statement to be signed with the private half of `deviceKey`.
    public init(
        work: Digest, models: [Digest], deviceName: String, deviceKey: VerifyingKey,
        deviceCertificate: String?, time: UnixTime
    ) {
        self.work = work
        self.models = models
        self.deviceName = deviceName
        self.deviceKey = deviceKey
        self.deviceCertificate = deviceCertificate
        self.time = time
    }

    /// Reads a statement and checks that the device that it names signed it, and is one of the
    /// account's.
    ///
    /// - Parameter accountKey: nil for a library without an account.
    /// - Throws: `JWSError`, ``CertificateError/otherDevice``.
    static func verified(
        _ compact: String, accountKey: VerifyingKey?
    ) throws -> ErasureStatement {
        let claimed = try JWS<ErasureStatement>.unverifiedPayload(of: compact)
        let statement = try JWS<ErasureStatement>(verifying: compact, with: claimed.deviceKey)
        if let accountKey {
            try Self.check(statement.payload.deviceCertificate, claimed.deviceKey, accountKey)
        }
        return statement.payload
    }

    /// Checks that an account certified a device.
    fileprivate static func check(
        _ certificate: String?, _ deviceKey: VerifyingKey, _ accountKey: VerifyingKey
    ) throws {
        guard let certificate else { throw CertificateError.otherDevice }
        let device = try JWS<DeviceCertificate>(verifying: certificate, with: accountKey).payload
        guard device.account == AccountID(key: accountKey), device.deviceKey == deviceKey else {
            throw CertificateError.otherDevice
        }
    }
}

/// Which devices hold nothing of a removed work any more, and which have not said so yet; signed by
/// the device that made it.
public struct DeletionCertificate: SignedPayload {
    /// The header's `typ`.
    public static let type = "atelier-deletion-certificate+jws"
    /// Room for a statement of each of ``Limits/devicesPerCertificate`` devices.
    public static let compactBytes = 4 * 1024 * 1024

    /// A device that has not said that it is done.
    public struct Pending: Codable, Equatable, Sendable {
        /// Why not.
        public enum Reason: String, Codable, Sendable {
            /// It has not synced since the removal, or not long enough ago for this to be known.
            case notHeardFrom = "not-heard-from"
            /// The file is in its trash.
            case inTrash = "in-trash"
            /// It was revoked: it hears of nothing any more.
            case revoked
        }

        /// The device.
        public let device: DeviceID
        /// The name that the artist gave it.
        public let deviceName: String
        /// Why it is not done.
        public let reason: Reason
        /// When its trash is emptied; left out for other reasons.
        public let until: UnixTime?
    }

    /// The account's key, whose digest is the account's id; left out for a library without an
    /// account.
    public let accountKey: VerifyingKey?
    /// SHA-256 of the work's file.
    public let work: Digest
    /// SHA-256 of the files of the models that learned from it, ascending.
    public let models: [Digest]
    /// When it was removed.
    public let removed: UnixTime
    /// Compact ``ErasureStatement``s, by device.
    public let done: [String]
    /// The devices that have not said that they are done.
    public let pending: [Pending]
    /// Whether the server was told to forget what it knew of the work and the models, and has
    /// confirmed it; left out where the library never joined one.
    public let isWithdrawn: Bool?
    /// The name of the device that made this.
    public let deviceName: String
    /// The key of that device, which signed this.
    public let deviceKey: VerifyingKey
    /// Compact certificate of that device by the account's key; left out without an account.
    public let deviceCertificate: String?
    /// When this was made.
    public let time: UnixTime
}

/// A signed certificate with what it says for people.
public struct CertificateReport: Sendable {
    /// The certificate.
    public let certificate: JWS<DeletionCertificate>
    /// The account, whose key certified the device that made it; nil without an account.
    public let account: AccountID?
    /// The statements in it that hold, by device.
    public let done: [ErasureStatement]

    /// Checks the statements of a certificate whose own signature was checked.
    ///
    /// - Throws: `JWSError` where a statement is not signed by the device that it names,
    ///   ``CertificateError``.
    init(_ certificate: JWS<DeletionCertificate>) throws {
        self.certificate = certificate
        account = try Self.account(certificate.payload)
        done = try certificate.payload.done.map { text in
            let statement = try ErasureStatement.verified(
                text, accountKey: certificate.payload.accountKey)
            guard statement.work == certificate.payload.work else {
                throw CertificateError.otherWork
            }
            return statement
        }
    }

    /// Reads the text form and checks every signature in it.
    ///
    /// - Throws: ``CertificateError``, `JWSError`.
    public init(reading text: String) throws {
        let lines = text.split(whereSeparator: \.isWhitespace).filter { $0.hasPrefix("ey") }
        guard let compact = lines.first.map(String.init), lines.count == 1 else {
            throw CertificateError.notACertificate
        }
        let claimed = try JWS<DeletionCertificate>.unverifiedPayload(of: compact)
        let certificate = try JWS<DeletionCertificate>(
            verifying: compact, with: claimed.deviceKey)
        try self.init(certificate)
    }

    /// The account, whose key certified the device that made the certificate; nil where no account
    /// is named.
    ///
    /// - Throws: `JWSError`, ``CertificateError/otherDevice`` where the device's certificate does
    ///   not hold.
    private static func account(_ says: DeletionCertificate) throws -> AccountID? {
        guard let key = says.accountKey else { return nil }
        try ErasureStatement.check(says.deviceCertificate, says.deviceKey, key)
        return AccountID(key: key)
    }

    /// Whether every device has said that it is done, and the server too.
    public var isComplete: Bool {
        certificate.payload.pending.isEmpty && certificate.payload.isWithdrawn != false
    }

    /// What the certificate says, in sentences.
    public var text: String {
        let says = certificate.payload
        var lines = [
            "Deletion certificate", "",
            "Work      SHA-256 \(says.work)",
            "Removed   \(Moment(says.removed))",
        ]
        if says.models.isEmpty {
            lines.append("Models    none had learned from it")
        } else {
            lines += says.models.map { "Model     SHA-256 \($0), which had learned from it" }
        }
        lines.append("")
        lines += done.map { statement in
            "Done on \(CheckedText.shown(statement.deviceName)), \(Moment(statement.time)): no "
                + "file and no entry of the work or of these models is left there."
        }
        lines += says.pending.map { pending in
            let name = CheckedText.shown(pending.deviceName)
            return switch pending.reason {
            case .notHeardFrom:
                "Pending on \(name): it has not said yet that it is done. It does so when it syncs."
            case .inTrash:
                "Pending on \(name): the file is in its trash"
                    + (pending.until.map { " until \(Moment($0))." } ?? ".")
            case .revoked:
                "Pending on \(name): it was revoked, and what it holds is out of reach."
            }
        }
        switch says.isWithdrawn {
        case true?: lines.append("The server has confirmed that the registrations are withdrawn.")
        case false?:
            lines.append("The server has not yet confirmed that the registrations are withdrawn.")
        case nil: break
        }
        lines += [
            "",
            "Signed by \(CheckedText.shown(says.deviceName)), key \(says.deviceKey)"
                + (account.map { " of account \($0)" } ?? "") + ", \(Moment(says.time)).",
            "A model is a pure function of its works and settings: whoever trains one from the "
                + "same other works gets the same bytes, and can see that nothing of this work is "
                + "in it.",
        ]
        return lines.joined(separator: "\n")
    }

    /// The text with the signed form behind it: what is written to a file.
    public var file: String { text + "\n\n" + certificate.compact + "\n" }
}

/// Why there is no valid certificate.
public enum CertificateError: ServiceError {
    /// Nothing with this id was removed, or it was restored.
    case notRemoved(name: String)
    /// The text holds no certificate, or several.
    case notACertificate
    /// A statement in it is about another work.
    case otherWork
    /// It names another device than the one that signed it.
    case otherDevice
    /// The sentences in the file are not what was signed.
    case otherText

    var kind: Failure.Kind { .other }
    var nextStep: NextStep? { if case .notRemoved = self { .listWorks } else { nil } }

    /// What happened, and why.
    public var description: String {
        switch self {
        case .notRemoved(let name): "No work \"\(name)\" was removed from this library."
        case .notACertificate: "This text holds no deletion certificate."
        case .otherWork: "The certificate does not hold: a statement in it is about another work."
        case .otherDevice: "The certificate does not hold: another device signed it than it names."
        case .otherText:
            "The signatures hold, but the sentences in the file are not what was signed: somebody "
                + "changed them. Ask for the file again."
        }
    }
}
