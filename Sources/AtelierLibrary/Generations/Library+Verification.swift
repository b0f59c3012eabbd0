import CreditLedger
public import Foundation
import GRDB
import SignedObjects
import StyleKit
import SyncKit

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
