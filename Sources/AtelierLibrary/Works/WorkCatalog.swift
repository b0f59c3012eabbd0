import Fingerprints
import AtelierProtocol
public import Foundation
import GRDB
import SignedObjects
public import StyleKit
import SyncKit
import SystemSupport

/// The result of adding one file.
public struct AddedWork: Codable, Equatable, Sendable {
    /// The new work, or the one that was there.
    public let work: Work
    /// Whether the same pixels were in the library already, so that no work was added.
    public let isDuplicate: Bool
    /// The existing work that looks most like the new one; left out where none does.
    public var resemblance: Resemblance?
    /// Remarks on the file: that it is an animation, or that its end is missing.
    public var notes: [String] = []
}

/// The works that style models learn from.
///
/// Owns the tables `works` and `work_tags` and the files in `works/`.
public struct WorkCatalog: Sendable {
    let context: LibraryContext
    let reservations: ReservationList

    /// Adds a picture to the library: a copy of the file, and a signed statement of the rights.
    ///
    /// - Parameters:
    ///   - file: A file of any ``PictureFormat``.
    ///   - rights: By which right a model may learn from it.
    ///   - answer: What the artist says of training marks in the file.
    ///   - title: nil takes the file's name.
    /// - Returns: The work. Pixels that are in the library already are not added again; a picture
    ///   that looks like another work is added, and the other is told.
    /// - Throws: ``LibraryError/notAPicture(path:reason:)``, also for a picture that is too small
    ///   to learn from; ``LibraryError/badText(field:reason:)``; other ``LibraryError``s;
    ///   ``RightsError`` where somebody does not want that a model learns from it.
    public func add(
        _ file: URL, rights: WorkRights = .mine, answer: MarkAnswer = .none,
        title: String? = nil, tags: [String] = [], note: String = ""
    ) throws -> AddedWork {
        let bytes = try LibraryFile.read(file, limit: Limits.pictureBytes)
        let picture = try survey(bytes, from: file)
        let notes = picture.notes.map(\.description)
        let title =
            try title.map { try CheckedText.line($0, field: "title", limit: Limits.titleBytes) }
            ?? CheckedText.title(ofFile: file.shownName)
        let note = try CheckedText.block(note, field: "note", limit: Limits.noteBytes)
        let tags = try checkedTags(tags)
        let rights = try checked(rights)
        let sha256 = Digest(of: bytes)
        let sweepLock = try context.filesLock()
        defer { withExtendedLifetime(sweepLock) {} }
        if let known = try work(havingPixels: Hexadecimal.encode(picture.pixelHash)) {
            try keepCopy(of: bytes, for: known)
            return AddedWork(work: try work(known.id), isDuplicate: true, notes: notes)
        }
        let check = try MarkCheck(
            bytes, rights: rights, answer: answer, ownKeys: ownKeys, path: file.shownPath)
        let statement = try rightsStatement(for: sha256, rights, check)
        let reading = picture.fingerprint
        let compared = ReservationList.Picture(sha256: sha256.description, reading: reading)
        if let match = try reservations.matches(of: [compared]).first ?? nil {
            throw RightsError(match, name: file.shownPath)
        }
        let resemblance = try resemblance(of: reading)
        try LibraryFile.write(
            bytes, to: context.folder.work(sha256, format: picture.format.rawValue))
        let id = try context.newID(WorkID.self)
        let now = try context.now()
        try context.store.write { database in
            try database.execute(
                sql: """
                    INSERT INTO works(id, title, note, sha256, pixel_hash, width, height, format,
                    bytes, basis, licence, statement, device, device_name, created_at, fingerprint,
                    reading, preview)
                    VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    id.data, title, note, sha256.description,
                    Hexadecimal.encode(picture.pixelHash), picture.width, picture.height,
                    picture.format.rawValue, bytes.count, statement.payload.basis.rawValue,
                    statement.payload.licence, statement.compact, context.device.description,
                    context.deviceName,
                    now.milliseconds, reading.isReliable ? reading.fingerprint.description : "",
                    String(decoding: try CanonicalJSON.encoder.encode(reading), as: UTF8.self),
                    Data(picture.preview.bytes),
                ])
            try insert(tags: tags, of: id, database)
        }
        return AddedWork(
            work: try work(id), isDuplicate: false, resemblance: resemblance, notes: notes)
    }

    /// The works, oldest first.
    ///
    /// - Parameter tag: Only those with this tag.
    public func all(tag: String? = nil) throws -> [Work] {
        try context.store.read { database in
            let tagsByWork = try tagsByWork(database)
            return try Row.fetchWhole(
                database, sql: "SELECT * FROM works ORDER BY created_at, id"
            ).compactMap { row in
                let fields = StoredRow(row)
                let tags = fields.id("id", as: WorkID.self).flatMap { tagsByWork[$0] } ?? []
                // Compared as text: another program may have stored the same tag in other bytes.
                if let tag, !tags.contains(tag) { return nil }
                var work = Work(fields, folder: context.folder)
                work.tags = tags
                return work
            }
        }
    }

    /// The ids of all works, ascending.
    public func ids() throws -> [WorkID] {
        try context.store.read { database in
            try Data.fetchAll(database, sql: "SELECT id FROM works ORDER BY id")
        }.compactMap { WorkID($0) }
    }

    /// The work of this id.
    ///
    /// - Throws: ``LibraryError/unknown(_:name:)``.
    public func work(_ id: WorkID) throws -> Work {
        try context.store.read { database in
            let row = try Row.fetchWhole(
                database, sql: "SELECT * FROM works WHERE id = ?", arguments: [id.data]
            ).first
            guard let row else { throw LibraryError.unknown(.work, name: id.short) }
            var work = Work(StoredRow(row), folder: context.folder)
            work.tags = try tagsByWork(database)[id] ?? []
            work.readMarks()
            return work
        }
    }

    /// Changes a work's title, note, tags and areas; nil leaves each as it is.
    ///
    /// A tag that another device adds at the same time stays: only tags known here are removed.
    ///
    /// - Throws: ``LibraryError/unknown(_:name:)``, ``LibraryError/badText(field:reason:)``,
    ///   ``LibraryError/badNumber(field:lowest:highest:)`` for too many areas.
    public func edit(
        _ id: WorkID, title: String? = nil, note: String? = nil, adding added: [String] = [],
        removing removed: [String] = [], areas: WorkAreas? = nil
    ) throws -> Work {
        let title = try title.map {
            try CheckedText.line($0, field: "title", limit: Limits.titleBytes)
        }
        let note = try note.map {
            try CheckedText.block($0, field: "note", limit: Limits.noteBytes)
        }
        let areas = try areas.map(Self.text)
        let work = try work(id)
        let new = try checkedTags(added).filter { !work.tags.contains($0) }
        guard work.tags.count + new.count <= Limits.tagsPerWork else { throw tooManyTags }
        try context.store.write { database in
            if let title { try set("title", title, of: work.id, database) }
            if let note { try set("note", note, of: work.id, database) }
            if let areas { try set("areas", areas, of: work.id, database) }
            try remove(tags: removed, of: work.id, database)
            try insert(tags: new, of: work.id, database)
        }
        return try self.work(id)
    }

    /// The areas that a mask marks. A mask has any size in the work's proportion, and is painted on
    /// a transparent layer, or in white on black.
    ///
    /// - Parameters:
    ///   - file: A file of any ``PictureFormat``.
    ///   - others: How many areas the work has already.
    /// - Throws: ``WorkError/notAMask(path:reason:nextStep:)``; ``LibraryError`` for the file.
    public func areas(
        paintedIn file: URL, over work: Work, besides others: Int
    ) throws -> [WorkArea] {
        let picture = try PictureFile(reading: file).picture
        do {
            return try AreaMask(
                picture, width: work.width, height: work.height,
                limit: StyleKit.Limits.areas - others
            ).areas
        } catch {
            throw WorkError.notAMask(
                path: file.shownPath, reason: error.reason(for: work), nextStep: error.nextStep)
        }
    }

    private static func text(_ areas: WorkAreas) throws -> String {
        let limit = StyleKit.Limits.areas
        guard areas.count <= limit else {
            throw LibraryError.badNumber(
                field: "number of areas", lowest: 0, highest: Int64(clamping: limit))
        }
        return String(decoding: try CanonicalJSON.encoder.encode(areas), as: UTF8.self)
    }

    /// Measures a picture that will become a work, row by row.
    private func survey(_ bytes: [UInt8], from file: URL) throws -> PictureSurvey {
        let survey: PictureSurvey
        do {
            survey = try PictureSurvey(of: bytes)
        } catch {
            throw LibraryError.notAPicture(path: file.path, reason: error.description)
        }
        guard survey.isLargeEnoughToLearn else {
            let least = StyleKit.Limits.workSide
            throw LibraryError.notAPicture(
                path: file.path,
                reason: "It is \(survey.width) × \(survey.height) pixels; a work needs at least "
                    + "\(least) on each side to be learned from. "
                    + (survey.notes.first { $0.isPreview }?.description ?? "Add it larger."))
        }
        return survey
    }

    private func work(havingPixels hash: String) throws -> Work? {
        try context.store.read { database in
            try Row.fetchWhole(
                database, sql: "SELECT * FROM works WHERE pixel_hash = ? ORDER BY id LIMIT 1",
                arguments: [hash]
            ).first
        }.map { Work(StoredRow($0), folder: context.folder) }
    }

    /// Keeps the bytes as a known work's file where that file is not on this device.
    private func keepCopy(of bytes: [UInt8], for work: Work) throws {
        let sha256 = Digest(of: bytes)
        guard !work.isHere, work.sha256 == sha256.description,
            let format = PictureFormat(rawValue: work.format)
        else { return }
        try LibraryFile.write(bytes, to: context.folder.work(sha256, format: format.rawValue))
    }

    private func checked(_ rights: WorkRights) throws -> WorkRights {
        func line(_ text: String) throws -> String {
            try CheckedText.line(text, field: "licence", limit: Limits.licenceBytes)
        }
        return switch rights {
        case .mine: .mine
        case .licensed(let text): .licensed(try line(text))
        case .commissioned(let text): .commissioned(try line(text))
        }
    }

    /// The keys that the artist's own manifests are signed with.
    private var ownKeys: Set<[UInt8]> {
        var keys: Set = [context.deviceKeys.signing.verifyingKey.bytes]
        if let account = context.membership.accountKey { keys.insert(account.bytes) }
        return keys
    }

    private func rightsStatement(
        for work: Digest, _ rights: WorkRights, _ check: MarkCheck
    ) throws -> JWS<RightsStatement> {
        try JWS(
            signing: RightsStatement(
                work: work, rights: rights, marks: check.marks, answer: check.answer,
                deviceKey: context.deviceKeys.signing.verifyingKey, time: try context.now()),
            with: context.deviceKeys.signing)
    }

    private func tagsByWork(_ database: Database) throws -> [WorkID: [String]] {
        let rows = try Row.fetchWhole(
            database, sql: "SELECT DISTINCT work_id, tag FROM work_tags ORDER BY tag")
        var tags: [WorkID: [String]] = [:]
        for row in rows.map(StoredRow.init) {
            guard let id = row.id("work_id", as: WorkID.self) else { continue }
            let tag = row.text("tag")
            // Another program may have stored the same tag in other bytes.
            if tags[id]?.contains(tag) != true { tags[id, default: []].append(tag) }
        }
        return tags
    }

    private func checkedTags(_ tags: [String]) throws -> [String] {
        guard tags.count <= Limits.tagsPerWork else { throw tooManyTags }
        let checked = try tags.map {
            try CheckedText.line($0, field: "tag", limit: Limits.tagBytes)
        }
        return Set(checked).sorted()
    }

    private var tooManyTags: LibraryError {
        .badText(field: "tags", reason: "are more than \(Limits.tagsPerWork) for one work")
    }

    private func remove(tags: [String], of work: WorkID, _ database: Database) throws {
        guard !tags.isEmpty else { return }
        let rows = try Row.fetchWhole(
            database, sql: "SELECT id, tag FROM work_tags WHERE work_id = ?",
            arguments: [work.data]
        ).map(StoredRow.init)
        for row in rows where tags.contains(row.text("tag")) {
            guard let id = row.id("id", as: RowID.self) else { continue }
            try database.execute(
                sql: "DELETE FROM work_tags WHERE id = ?", arguments: [id.data])
        }
    }

    private func insert(tags: [String], of work: WorkID, _ database: Database) throws {
        for tag in tags {
            let id = context.newLinkID()
            try database.execute(
                sql: "INSERT INTO work_tags(id, work_id, tag) VALUES(?, ?, ?)",
                arguments: [id.data, work.data, tag])
        }
    }

    private func set(
        _ column: String, _ value: String, of work: WorkID, _ database: Database
    ) throws {
        try database.execute(
            sql: "UPDATE works SET \(column) = ? WHERE id = ?", arguments: [value, work.data])
    }
}
