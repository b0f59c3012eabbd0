import CreditLedger
public import Foundation
import GRDB
import SignedObjects
import StyleKit
import SyncKit

/// What is known of a picture file. Its JSON form is what `verify --json` prints.
public struct Verification: Codable, Equatable, Sendable {
    /// What it is.
    public enum Verdict: String, Codable, Sendable {
        /// A generation of this account, and the server's signature on it holds.
        case countersigned
        /// A generation of this account that this device signed, without the server's signature.
        case signed
        /// None that this library can vouch for.
        case unknown
    }

    /// What it is.
    public let verdict: Verdict
    /// The generation; left out where there is none.
    public let generation: GenerationID?
    /// Whether the file is the watermarked one as it was written; false where only the pixels are
    /// the generation's, as in an export without the watermark.
    public let isMarkedFile: Bool
    /// When the server countersigned; left out where it has not.
    public let countersignedAt: Moment?
    /// The server that did; empty where none did.
    public let server: String
}

/// The mark that was found in a picture, and what it leads to.
public struct FoundMark: Codable, Equatable, Sendable {
    /// How the digest begins that the picture's credit bought: 8 hexadecimal digits.
    public let bodyStart: String
    /// How far the mark stands out from chance; below 7 nothing counts as found.
    public let strength: Double
    /// How much larger the picture is than it was made.
    public let scale: Double
    /// Whether it was mirrored.
    public let isMirrored: Bool
    /// The generations of this library that bear this mark; a sheet and its picks share one.
    public let generations: [Generation]
}

extension GenerationService {
    /// Says whether a picture file is a generation of this account, and who signed it.
    ///
    /// A file is known by its bytes, or by its pixels where it was exported without the watermark;
    /// one that was scaled, cut or compressed since is unknown.
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

    /// Any tool may write a row, so the journal is believed for its signatures alone.
    private func isSigned(_ generation: Generation) throws -> Bool {
        guard context.membership.server != nil else { return false }
        return try wallet.open().journal.spends.contains {
            $0.digest.description == generation.spend
                && $0.payload.body.description == generation.body
        }
    }
}

extension GenerationService {
    /// Looks for the hidden mark of a generation in a picture, however it came here.
    ///
    /// It outlives JPEG, scaling, crops and mirrors, but can be removed or copied: no proof.
    ///
    /// - Parameter file: A PNG, JPEG or WebP file; it is looked at and not kept.
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

/// The mark hidden in every generated file: a hint that leads to its generation, no proof.
enum GenerationMark {
    /// The key is public, as the program is: whoever finds a picture may ask where it is from.
    private static let mark = InvisibleWatermark(key: 0x6174_656C_6965_7231)

    /// The picture with the first 32 bits of the digest that its credit bought.
    static func embed(_ body: Digest, in picture: Picture) -> Picture {
        mark.embed(payload(of: body), in: picture)
    }

    static func read(_ picture: Picture) -> InvisibleWatermark.Reading? { mark.read(picture) }

    static func payload(of body: Digest) -> UInt32 {
        body.bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}
