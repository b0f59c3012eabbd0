public import Foundation
import Provenance
import StyleKit
import SystemSupport

/// A copy of a work that carries the artist's mark against training.
public struct ProtectedWork: Codable, Equatable, Sendable {
    /// The work.
    public let work: WorkID
    /// The copy's path.
    public let file: String
    /// Whether the work's file has a C2PA manifest, which the copy is without: it covers the bytes
    /// of the original and would be invalid.
    public let isWithoutManifest: Bool
}

extension WorkCatalog {
    /// Writes copies of works that say by XMP (`plus:DataMining`) that no AI may be trained on
    /// them; the pixels and the other metadata stay as they are. The works themselves do not
    /// change.
    ///
    /// - Parameters:
    ///   - folder: Where the copies go; it is made if it is not there. Their names are made of the
    ///     works' titles and ids.
    ///   - replaces: Whether existing files are replaced.
    /// - Throws: ``RightsError/notProtected(title:reason:)``,
    ///   ``LibraryError/elsewhere(kind:device:)``, ``LibraryError/fileExists(path:)``; copies that
    ///   were written before stay.
    public func protect(
        _ ids: [WorkID], to folder: URL, replacing replaces: Bool = false
    ) throws -> [ProtectedWork] {
        let works = try ids.map { try work($0) }
        for work in works where !work.isHere {
            throw LibraryError.elsewhere(kind: "work", device: work.deviceName)
        }
        try LibraryFile.makeFolder(folder)
        return try works.map { try protect($0, in: folder, replacing: replaces) }
    }

    private func protect(
        _ work: Work, in folder: URL, replacing replaces: Bool
    ) throws -> ProtectedWork {
        guard let format = OutputFormat(rawValue: work.format) else {
            throw RightsError.notProtected(
                title: work.title,
                reason: "It is a file of a drawing program or a scanner: export it as PNG, JPEG or "
                    + "WebP, and add that.")
        }
        let (bytes, output) = try copying(work, as: format, into: folder, replacing: replaces)
        let copy: ProtectedCopy
        do {
            copy = try ProtectedCopy(of: bytes)
        } catch {
            throw RightsError.notProtected(title: work.title, reason: error.description)
        }
        let pixels = try? PictureSurvey(of: copy.bytes).pixelHash
        guard let pixels, Hexadecimal.encode(pixels) == work.pixelHash else {
            throw RightsError.notProtected(
                title: work.title, reason: "Its pixels would not be the same.")
        }
        try output.write(bytes: copy.bytes)
        return ProtectedWork(
            work: work.id, file: output.file.shownPath, isWithoutManifest: copy.isWithoutManifest)
    }

    /// The bytes of a work's file, and the file in a folder that a copy of it becomes.
    ///
    /// - Throws: ``LibraryError/elsewhere(kind:device:)``, ``LibraryError/fileExists(path:)``.
    func copying(
        _ work: Work, as format: OutputFormat, into folder: URL, replacing replaces: Bool
    ) throws -> (bytes: [UInt8], output: OutputFile) {
        guard let file = work.location(in: context.folder) else {
            throw LibraryError.elsewhere(kind: "work", device: work.deviceName)
        }
        let name = "\(FileTitle.of(work.title))-\(work.id.short).\(format.endings[0])"
        let output = try OutputFile(
            folder.appending(path: name), .picture, replacing: replaces, besides: [file],
            of: context.folder)
        let bytes = try LibraryFile.read(
            file, unchangedFrom: work.sha256, otherwise: "it is not the file that was added")
        return (bytes, output)
    }
}
