import CreditLedger
public import Foundation
import GRDB
import SignedObjects
import StyleKit
import SyncKit
import SystemSupport

/// What the library knows about a picture file. Its JSON form is what `verify --json` prints.
public struct Verification: Codable, Equatable, Sendable {
    /// What it is.
    public enum Verdict: String, Codable, Sendable {
        /// A generation of this account with a valid receipt of the server.
        case countersigned
        /// A generation of this account that this device signed, without a receipt.
        case signed
        /// Not a generation that this library knows to be genuine.
        case unknown
    }

    /// What it is.
    public let verdict: Verdict
    /// The generation; left out where there is none.
    public let generation: GenerationID?
    /// Whether the bytes are those of the watermarked file; false where only the pixels match, as
    /// in an export without the watermark.
    public let isMarkedFile: Bool
    /// When the server countersigned; left out where it has not.
    public let countersignedAt: Moment?
    /// The address of the server that countersigned; empty where none did.
    public let server: String
}

/// A hidden mark that was found in a picture, and the generations that it points to.
public struct FoundMark: Codable, Equatable, Sendable {
    /// The first 8 hexadecimal digits of the digest of what the credit bought.
    public let bodyStart: String
    /// The strength of the mark in standard deviations above chance; at least 7.
    public let strength: Double
    /// The scale of the picture relative to its original size.
    public let scale: Double
    /// Whether it was mirrored.
    public let isMirrored: Bool
    /// The generations of this library with this mark; a sheet and its picks share one.
    public let generations: [Generation]
}

extension GenerationService {
    /// Says whether a picture file is a generation of this account, and who signed it.
    ///
    /// A file is recognised by its bytes, or by its pixels where it was exported without the
    /// watermark. A file that was scaled, cropped or compressed since then is unknown.
    ///
    /// - Throws: ``LibraryError/unreadable(path:reason:)``,
    ///   ``LibraryError/notAPicture(path:reason:)``.
    public func verify(_ file: URL) throws -> Verification {
        let bytes = try LibraryFile.read(file, limit: Limits.pictureBytes)
        let digest = Digest(of: bytes).description
        let marked = try all().first { $0.sha256 == digest }
        let known = try marked ?? generation(withPixelsOf: bytes, file)
        guard let known else {
            return Verification(
                verdict: .unknown, generation: nil, isMarkedFile: false, countersignedAt: nil,
                server: "")
        }
        let isMarked = marked != nil
        if let server = context.membership.server,
            let receipt = try? JWS<Receipt>(verifying: known.receipt, with: server.key),
            receipt.payload.account == context.account,
            receipt.payload.body.description == known.body
        {
            return Verification(
                verdict: .countersigned, generation: known.id, isMarkedFile: isMarked,
                countersignedAt: Moment(receipt.payload.time), server: server.address)
        }
        return Verification(
            verdict: try isSigned(known) ? .signed : .unknown, generation: known.id,
            isMarkedFile: isMarked, countersignedAt: nil, server: "")
    }

    private func generation(
        withPixelsOf bytes: [UInt8], _ file: URL
    ) throws -> Generation? {
        let picture: Picture
        do {
            picture = try Picture.decode(bytes).0
        } catch {
            throw LibraryError.notAPicture(path: file.shownPath, reason: "\(error)")
        }
        let pixels = Hexadecimal.encode(picture.pixelHash)
        return try all().first { $0.pixelHash == pixels }
    }

    /// Whether the journal holds a signed spend for it: any program may write a row.
    private func isSigned(_ generation: Generation) throws -> Bool {
        guard context.membership.server != nil else { return false }
        return try wallet.open().journal.spends.contains {
            $0.digest.description == generation.spend
                && $0.payload.body.description == generation.body
        }
    }
}

extension GenerationService {
    /// Looks for the hidden mark of a generation in any picture.
    ///
    /// The mark survives JPEG, scaling, cropping and mirroring, but can be removed or copied: it is
    /// a hint, not a proof.
    ///
    /// - Parameter file: A file of any ``PictureFormat``; it is not kept.
    /// - Returns: nil where no mark is found.
    /// - Throws: ``LibraryError/notAPicture(path:reason:)`` and others.
    public func findMark(in file: URL) throws -> FoundMark? {
        let picture = try PictureFile(reading: file).picture
        guard let reading = GenerationMark.read(picture) else { return nil }
        let digits = String(reading.payload, radix: 16)
        let start = String(repeating: "0", count: 8 - digits.count) + digits
        let rows = try context.store.read { database in
            try Row.fetchWhole(
                database,
                sql: """
                    SELECT * FROM generations WHERE substr(body, 1, 8) = ?
                    ORDER BY created_at, id
                    """,
                arguments: [start])
        }
        return FoundMark(
            bodyStart: start, strength: Double(reading.strength), scale: reading.scale,
            isMirrored: reading.isMirrored,
            generations: rows.map { Generation(StoredRow($0), folder: context.folder) })
    }
}

/// The mark hidden in every generated file: a hint to its generation, not a proof.
enum GenerationMark {
    /// The key is public: anybody who finds a picture may look for its origin.
    private static let mark = InvisibleWatermark(key: 0x6174_656C_6965_7231)

    /// The picture with the first 32 bits of `body` hidden in it.
    static func embed(_ body: Digest, in picture: Picture) -> Picture {
        mark.embed(payload(of: body), in: picture)
    }

    /// The picture as it is exported without the watermark: with the hidden mark alone. On the
    /// plain
    /// paper of a sheet the mark would be visible, so a sheet has none.
    static func clean(_ picture: Picture, of body: Digest, isSheet: Bool) -> Picture {
        isSheet ? picture : embed(body, in: picture)
    }

    static func read(_ picture: Picture) -> InvisibleWatermark.Reading? { mark.read(picture) }

    static func payload(of body: Digest) -> UInt32 {
        body.bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}
