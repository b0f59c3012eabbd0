public import Foundation
import SignedObjects
import StyleKit
import SystemSupport

/// The result of an export. Its JSON form is what `export --json` prints.
public struct ExportReport: Codable, Equatable, Sendable {
    /// The folder.
    public let folder: String
    /// The number of copied pictures.
    public let pictures: Int
    /// The number of works and generations whose files are on other devices: listed, not copied.
    public let elsewhere: Int
}

extension BackupService {
    /// Writes the library into a new folder in plain formats: the pictures as they are, lists as
    /// CSV, all details as JSON. Keys and the models' files are left out; a backup holds them.
    ///
    /// Pictures keep their watermarks.
    ///
    /// - Throws: ``LibraryError/unwritable(path:reason:)`` where the folder exists and is not
    ///   empty.
    public func exportAll(to target: URL) throws -> ExportReport {
        let draft = LibraryFile.draft(of: target)
        defer { LibraryFile.removeFolder(draft) }
        for folder in ["works", "generations"] {
            try LibraryFile.makeFolder(draft.appending(path: folder))
        }
        let (works, generations) = (try works.all(), try generations.all())
        var names: [RowID: String] = [:]
        for work in works {
            guard let file = work.location(in: context.folder) else { continue }
            let name = "works/\(FileTitle.of(work.title))-\(work.id.short).\(work.format)"
            try copy(file, to: draft.appending(path: name))
            names[RowID(work.id)] = name
        }
        for made in generations {
            guard let file = made.location(in: context.folder) else { continue }
            let day = made.createdAt.description.prefix(10)
            let name = "generations/\(day)-\(FileTitle.of(made.modelName))-\(made.id.short).png"
            try copy(file, to: draft.appending(path: name))
            names[RowID(made.id)] = name
        }
        try writeLists(works, generations, names, in: draft)
        try LibraryFile.moveFolder(draft, to: target)
        return ExportReport(
            folder: target.shownPath, pictures: names.count,
            elsewhere: works.count + generations.count - names.count)
    }

    private func writeLists(
        _ works: [Work], _ generations: [Generation], _ names: [RowID: String], in folder: URL
    ) throws {
        var list = CSV(
            "id", "file", "title", "tags", "note", "basis", "licence", "width",
            "height", "created_at", "device")
        for work in works {
            list.add(
                work.id.description, names[RowID(work.id)] ?? "", work.title,
                work.tags.joined(separator: "; "), work.note, work.basis, work.licence,
                "\(work.width)", "\(work.height)", work.createdAt.description, work.deviceName)
        }
        try write(list.text, "works.csv", in: folder)
        var made = CSV(
            "id", "file", "model", "seed", "width", "height", "rating", "standing",
            "created_at", "device")
        for entry in generations {
            made.add(
                entry.id.description, names[RowID(entry.id)] ?? "", entry.modelName,
                "\(entry.seed)",
                "\(entry.width)", "\(entry.height)", "\(entry.rating)", entry.standing.rawValue,
                entry.createdAt.description, entry.deviceName)
        }
        try write(made.text, "generations.csv", in: folder)
        let models = try styles.all()
        var styles = CSV("id", "name", "works", "engine", "created_at", "device")
        for model in models {
            styles.add(
                model.id.description, model.name,
                model.works.map(\.description).joined(separator: "; "), model.engine,
                model.createdAt.description, model.deviceName)
        }
        try write(styles.text, "models.csv", in: folder)
        let encoder = CanonicalJSON.encoder
        encoder.outputFormatting.insert(.prettyPrinted)
        let everything = Everything(works: works, models: models, generations: generations)
        let json = try encoder.encode(everything)
        try LibraryFile.write(Array(json), to: folder.appending(path: "library.json"))
    }

    private func write(_ text: String, _ name: String, in folder: URL) throws {
        try LibraryFile.write(Array(text.utf8), to: folder.appending(path: name))
    }

    private func copy(_ file: URL, to target: URL) throws {
        try LibraryFile.write(
            try LibraryFile.read(file, limit: Limits.pictureBytes), to: target)
    }

    private struct Everything: Encodable {
        let works: [Work]
        let models: [Model]
        let generations: [Generation]
    }
}
