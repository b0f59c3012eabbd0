import AtelierProtocol
public import Foundation
import Provenance
import StyleKit
import SystemSupport

/// A copy of a work that says, signed, that its artist made it by hand.
public struct SignedWork: Codable, Equatable, Sendable {
    /// The work.
    public let work: WorkID
    /// The copy's path.
    public let file: String
}

extension WorkCatalog {
    /// Writes copies of works by the artist's own hand with a manifest that says so; pixels and
    /// other metadata stay as they are, and the works themselves do not change.
    ///
    /// - Parameters:
    ///   - folder: Where the copies go; it is made if it is not there.
    ///   - replaces: Whether existing files are replaced.
    /// - Throws: ``PictureSigningError``, ``LibraryError/elsewhere(kind:device:)``,
    ///   ``LibraryError/fileExists(path:)``; copies that were written before stay.
    public func sign(
        _ ids: [WorkID], to folder: URL, saying statement: PictureStatement = PictureStatement(),
        replacing replaces: Bool = false
    ) throws -> [SignedWork] {
        let works = try ids.map { try work($0) }
        for work in works where !work.isHere {
            throw LibraryError.elsewhere(kind: "work", device: work.deviceName)
        }
        try LibraryFile.makeFolder(folder)
        return try works.map { try sign($0, in: folder, statement, replacing: replaces) }
    }

    private func sign(
        _ work: Work, in folder: URL, _ statement: PictureStatement, replacing replaces: Bool
    ) throws -> SignedWork {
        guard work.basis == WorkBasis.mine.rawValue else {
            throw PictureSigningError.notSigned(
                title: work.title, reason: "It is licensed or commissioned: its author signs it.")
        }
        guard let format = OutputFormat(rawValue: work.format), format != .webp else {
            throw PictureSigningError.notSigned(
                title: work.title,
                reason: "A manifest stands in PNG and JPEG files: export it as one, and add that.")
        }
        let (bytes, output) = try copying(work, as: format, into: folder, replacing: replaces)
        do {
            try output.write(
                bytes: try PictureSigning(context: context).signed(
                    work: bytes, title: work.title, saying: statement))
        } catch let error as CredentialError {
            throw PictureSigningError.notSigned(title: work.title, reason: "\(error)")
        } catch let error as ProtectionError {
            throw PictureSigningError.notSigned(title: work.title, reason: error.description)
        }
        return SignedWork(work: work.id, file: output.file.shownPath)
    }
}
