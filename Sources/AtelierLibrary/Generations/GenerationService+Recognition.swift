public import AtelierProtocol
import CreditLedger
public import Foundation
import GRDB
public import SignedObjects
import StyleKit
import SyncKit
import SystemSupport

/// What is known about a picture file. Its JSON form is what `verify --json` prints.
public struct Verification: Encodable, Equatable, Sendable {
    /// What it is; see ``PictureVerdict/Kind``.
    public let verdict: PictureVerdict.Kind
    /// Why it is altered or unknown; empty otherwise.
    public let reason: String
    /// The generation of this library; left out where it is none.
    public let generation: GenerationID?
    /// Whether the bytes are those of a watermarked file in the library.
    public let isMarkedFile: Bool
    /// When the server countersigned; left out where it has not.
    public let countersignedAt: Moment?
    /// The address of the server that countersigned; empty where none did, or another one.
    public let server: String
    /// What its manifest says; left out where that is not believed.
    public let picture: PictureVerdict?
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

extension Verification {
    /// What a picture file is, by its manifest alone: for people without a library.
    ///
    /// - Parameters:
    ///   - servers: Fingerprints of the servers that are believed.
    ///   - now: The present.
    /// - Throws: ``LibraryError/unreadable(path:reason:)``.
    public init(
        of file: URL, believing servers: [ServerFingerprint], now: UnixTime
    ) throws {
        let bytes = try LibraryFile.read(file, limit: Limits.pictureBytes)
        let found = PictureJudge(believing: servers, now: now).judge(bytes)
        let isWhole = [.countersigned, .signed].contains(found.verdict)
        self.init(
            verdict: found.verdict, reason: found.reason, generation: nil, isMarkedFile: false,
            countersignedAt: found.countersigned.map(Moment.init), server: "",
            picture: isWhole ? found : nil)
    }
}

extension GenerationService {
    /// Says what a picture file is, by its manifest; where it carries none, by what this library
    /// knows: a generation of this account is recognised by its bytes, or by its pixels.
    ///
    /// - Parameter servers: Fingerprints of further servers that are believed.
    /// - Throws: ``LibraryError/unreadable(path:reason:)``,
    ///   ``LibraryError/notAPicture(path:reason:)``.
    public func verify(
        _ file: URL, believing servers: [ServerFingerprint] = []
    ) throws -> Verification {
        let bytes = try LibraryFile.read(file, limit: Limits.pictureBytes)
        let own = context.membership.server
        let known = servers + [own.map { ServerFingerprint(key: $0.key) }].compactMap { $0 }
        let found = PictureJudge(
            believing: known, now: try context.now(),
            revocations: [try KnownRevocations(context: context).held()].compactMap { $0 }
        ).judge(bytes)
        switch found.verdict {
        case .countersigned, .signed:
            let isOwn = found.serverKey == own?.key
            // Another account's signer may name a spend of this one.
            let spend = found.account == context.account?.description ? found.spend : nil
            return Verification(
                verdict: found.verdict, reason: "",
                generation: try spend.flatMap { try generation(ofSpend: $0) },
                isMarkedFile: false, countersignedAt: found.countersigned.map(Moment.init),
                server: isOwn && found.receipt != nil ? own?.address ?? "" : "", picture: found)
        case .altered: return Self.nothing(found.verdict, because: found.reason)
        case .unknown: return try recognise(bytes, file, otherwise: found.reason)
        }
    }

    private static func nothing(
        _ verdict: PictureVerdict.Kind, because reason: String, of id: GenerationID? = nil
    ) -> Verification {
        Verification(
            verdict: verdict, reason: reason, generation: id, isMarkedFile: false,
            countersignedAt: nil, server: "", picture: nil)
    }

    /// What this library knows of a file whose manifest says nothing.
    private func recognise(
        _ bytes: [UInt8], _ file: URL, otherwise reason: String
    ) throws -> Verification {
        let digest = Digest(of: bytes).description
        let marked = try all().first { $0.sha256 == digest }
        let known = try marked ?? generation(withPixelsOf: bytes, file)
        guard let known else { return Self.nothing(.unknown, because: reason) }
        if let server = context.membership.server,
            let receipt = try? JWS<Receipt>(verifying: known.receipt, with: server.key),
            receipt.payload.account == context.account,
            receipt.payload.body.description == known.body
        {
            return Verification(
                verdict: .countersigned, reason: "", generation: known.id,
                isMarkedFile: marked != nil, countersignedAt: Moment(receipt.payload.time),
                server: server.address, picture: nil)
        }
        guard try isSigned(known) else {
            return Self.nothing(.unknown, because: reason, of: known.id)
        }
        return Verification(
            verdict: .signed, reason: "", generation: known.id, isMarkedFile: marked != nil,
            countersignedAt: nil, server: "", picture: nil)
    }

    private func generation(ofSpend spend: Digest) throws -> GenerationID? {
        try context.store.read { database in
            try Data.fetchOne(
                database, sql: "SELECT id FROM generations WHERE spend = ? ORDER BY id LIMIT 1",
                arguments: [spend.description])
        }.flatMap { GenerationID($0) }
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
