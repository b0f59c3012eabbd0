import AtelierProtocol
import CreditLedger
import Foundation
import Provenance
import SignedObjects
import StyleKit
import SyncKit

/// What the artist wants written into a picture.
public struct PictureStatement: Sendable {
    /// Whether the titles of works stand in it.
    public var hasTitles: Bool
    /// Whether models may learn from it.
    public var allowsTraining: Bool

    /// - Parameters:
    ///   - hasTitles: Whether the titles of works stand in it.
    ///   - allowsTraining: Whether models may learn from it.
    public init(hasTitles: Bool = false, allowsTraining: Bool = false) {
        self.hasTitles = hasTitles
        self.allowsTraining = allowsTraining
    }

    var training: PictureCredential.TrainingWish { allowsTraining ? .allowed : .notAllowed }
}

/// Writes into pictures what they are, whose, and who says so.
struct PictureSigning: Sendable {
    let context: LibraryContext

    /// A generation's file with metadata and, where this device has a certificate, a manifest.
    ///
    /// - Parameters:
    ///   - file: PNG or JPEG, as an encoder wrote it.
    ///   - works: What the library has of the works in the picture.
    ///   - count: How many works its model learned from; nil where that is not known.
    ///   - spend: The compact order of it, where this device made it.
    func signed(
        _ file: [UInt8], _ generation: Generation, from works: [Work], count: Int?,
        spend: String?, saying statement: PictureStatement
    ) throws -> (bytes: [UInt8], isSigned: Bool) {
        let held = try SigningCertificates(context: context).held()
        let receipt = try held.flatMap { try self.receipt(of: generation, server: $0.server) }
        let credential = PictureCredential(
            origin: .trainedModel, generator: Self.generator,
            sources: works.map { Self.source($0, hasTitle: statement.hasTitles) },
            training: statement.training,
            evidence: Evidence(
                works: receipt?.payload.works ?? count, worksDigest: generation.worksDigest,
                spend: spend, receipt: receipt?.compact, serverKey: held?.server.description,
                authority: held?.root))
        let described = try PictureMetadata(
            creator: held?.publicName, origin: .trainedModel, training: statement.training
        ).added(to: file)
        return try signed(described, credential, held)
    }

    /// A work's file with a manifest that says that its artist made it by hand.
    ///
    /// - Parameter file: PNG or JPEG, whose own metadata stay.
    /// - Throws: ``PictureSigningError/noCertificate``; `CredentialError`.
    func signed(
        work file: [UInt8], title: String, saying statement: PictureStatement
    ) throws -> [UInt8] {
        guard let held = try SigningCertificates(context: context).held() else {
            throw PictureSigningError.noCertificate
        }
        let credential = PictureCredential(
            title: statement.hasTitles ? title : nil, origin: .byHand, generator: Self.generator,
            training: statement.training,
            evidence: Evidence(serverKey: held.server.description, authority: held.root))
        let metadata = PictureMetadata(
            creator: held.publicName, origin: .byHand, training: statement.training)
        let described: [UInt8]
        do throws(ProtectionError) {
            described = try metadata.added(to: file)
        } catch .severalPackets {
            // A packet of the artist's own is left as it is: the manifest covers it.
            described = file
        }
        return try signed(described, credential, held).bytes
    }

    private func signed(
        _ file: [UInt8], _ credential: PictureCredential, _ held: SigningCertificates.Held?
    ) throws -> (bytes: [UInt8], isSigned: Bool) {
        guard let held else { return (file, false) }
        let key = context.deviceKeys.signing
        let signer = CredentialSigner(certificates: [held.der]) { try key.signature(for: $0) }
        return (try SignedPicture(file, saying: credential, by: signer).bytes, true)
    }

    /// The receipt, where the server signed it for this: any program may write the row.
    private func receipt(of generation: Generation, server: VerifyingKey) throws -> JWS<Receipt>? {
        guard let receipt = try? JWS<Receipt>(verifying: generation.receipt, with: server),
            receipt.payload.account == context.account,
            receipt.payload.body.description == generation.body
        else { return nil }
        return receipt
    }

    private static func source(_ work: Work, hasTitle: Bool) -> PictureCredential.Source {
        PictureCredential.Source(
            sha256: work.sha256, title: hasTitle ? work.title : nil,
            format: mediaTypes[work.format] ?? "application/octet-stream")
    }

    private static let mediaTypes = [
        "png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp", "tiff": "image/tiff",
        "heic": "image/heic", "avif": "image/avif", "jxl": "image/jxl", "ora": "image/openraster",
        "kra": "application/x-krita", "psd": "image/vnd.adobe.photoshop",
        "psb": "image/vnd.adobe.photoshop",
    ]

    private static let generator = PictureCredential.Generator(
        name: "Atelier", version: Release.version)
}

/// Why a picture cannot be signed.
public enum PictureSigningError: ServiceError {
    /// No server has certified this device.
    case noCertificate
    /// The work cannot carry a manifest.
    case notSigned(title: String, reason: String)
    /// The name cannot stand in a certificate.
    case badName

    var kind: Failure.Kind {
        switch self {
        case .noCertificate: .refused
        case .notSigned: .other
        case .badName: .invalidInput
        }
    }

    var nextStep: NextStep? {
        if case .noCertificate = self { .sync } else { nil }
    }

    /// What happened, and why.
    public var description: String {
        switch self {
        case .noCertificate:
            "Nothing was signed: this device has no certificate. The server gives one with the "
                + "first sync after joining."
        case .notSigned(let title, let reason): "\"\(title)\" was not signed. \(reason)"
        case .badName:
            "A public name has 1 to \(PublicNameRequest.nameLength) characters on one line, and no "
                + "space at its ends."
        }
    }
}
