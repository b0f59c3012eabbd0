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

/// A table as comma-separated values (RFC 4180), in which no cell is a formula.
struct CSV {
    private(set) var text: String

    /// A table with these columns.
    init(_ columns: String...) {
        text = Self.line(columns)
    }

    /// Adds a row.
    mutating func add(_ cells: String...) {
        text += Self.line(cells)
    }

    private static func line(_ cells: [String]) -> String {
        cells.map(cell).joined(separator: ",") + "\r\n"
    }

    private static func cell(_ text: String) -> String {
        let text = isFormula(text) ? "'" + text : text
        let isPlain = !text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
        return isPlain ? text : "\"\(text.replacing("\"", with: "\"\""))\""
    }

    /// Whether a spreadsheet would evaluate the cell: a title may come from a file's name, and so
    /// from anybody. Some spreadsheets also accept the full-width forms of the signs.
    private static func isFormula(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first else { return false }
        return "=+-@\t\r\n\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}".unicodeScalars.contains(first)
    }
}

/// Makes a part of a file's name from a title, for every file system.
enum FileTitle {
    /// The title's words in their own script, lowercase, between hyphens; `untitled` where a title
    /// has none.
    ///
    /// Only letters, marks and digits, composed (NFC): nothing in it separates folders, hides the
    /// file or is special to a shell, and it is the same on file systems that decompose names.
    static func of(_ title: String) -> String {
        let composed = title.precomposedStringWithCanonicalMapping.lowercased()
        var words = [String.UnicodeScalarView()]
        for scalar in composed.unicodeScalars {
            if isPart(scalar) {
                words[words.count - 1].append(scalar)
            } else if !words[words.count - 1].isEmpty {
                words.append(String.UnicodeScalarView())
            }
        }
        let whole = words.map(String.init).filter { !$0.isEmpty }.joined(separator: "-")
        var name = ""
        // Whole characters, so that no mark is separated from its letter.
        for character in whole where name.utf8.count + character.utf8.count <= Limits.fileTitleBytes
        {
            name.append(character)
        }
        let kept = name.hasSuffix("-") ? String(name.dropLast()) : name
        return kept.isEmpty ? "untitled" : kept
    }

    private static func isPart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .nonspacingMark, .spacingMark, .decimalNumber, .letterNumber, .otherNumber:
            true
        default: false
        }
    }
}
