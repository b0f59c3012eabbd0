import Foundation
import GRDB
import SignedObjects
import SyncKit
import SystemSupport

extension Trash {
    /// The files of one removal entry.
    private struct Removal {
        let files: [LibraryFileName]
        let keepUntil: UnixTime
        /// Whether the files are deleted at once.
        let isForGood: Bool
    }

    /// Moves the files of removed objects into the trash, moves those of restored objects back, and
    /// deletes those whose time is over, and what crashes left. Of what is deleted for good nothing
    /// is left in the database either.
    ///
    /// Only an entry in the synced table of removals moves a file. A file that no row names stays:
    /// its row may not have arrived yet, or may be withheld.
    func sweepFiles() throws {
        let lock = try context.filesLock()
        defer { withExtendedLifetime(lock) {} }
        for place in [context.folder.works, context.folder.models] { try sweepLeftovers(in: place) }
        let clock = try advanceTrashClock()
        let trashed = trashedFiles()
        let (removals, living) = try context.store.read { database in
            let removals = try self.removals(database)
            let isIdle = removals.isEmpty && trashed.isEmpty
            let living: Set<String> = isIdle ? [] : try LibraryFileName.texts(database)
            return (removals, living)
        }
        // An object that was restored, here or on another device, has no removal entry any more.
        for file in trashed where living.contains(file.text) { try takeBack(file) }
        for removal in removals {
            for file in removal.files where !living.contains(file.text) {
                if removal.isForGood {
                    try LibraryFile.remove(file.place(in: context.folder))
                    try forget(file)
                } else {
                    try putAway(file, until: removal.keepUntil, clock)
                }
            }
        }
        try sweepThumbnails()
        try forgetContents(clock)
        do {
            try erasures.note()
        } catch let error as DatabaseError where error.isUnwritable {
            // On a full disk the files go all the same; the next sweep says so.
        }
        // What a removal on a full disk used of it is kept anew as soon as there is room.
        RoomReserve.keep(in: context.folder)
    }

    /// Deletes the small copies of what no row names: nothing is left of what was removed.
    private func sweepThumbnails() throws {
        let files = (try? LibraryFile.files(in: context.folder.thumbnails)) ?? []
        guard !files.isEmpty else { return }
        let living = try context.store.read { database in
            try Set(
                String.fetchAll(
                    database,
                    sql: "SELECT sha256 FROM works UNION ALL SELECT sha256 FROM generations"))
        }
        for file in files {
            let digest = String(file.shownName.prefix { $0 != "-" })
            if !living.contains(digest) { try LibraryFile.remove(file) }
        }
    }

    /// Deletes what a crash left half written among the pictures; only under the lock of
    /// generating.
    func sweepLeftovers() throws {
        try sweepLeftovers(in: context.folder.generations)
    }

    private func sweepLeftovers(in place: URL) throws {
        let files = (try? LibraryFile.files(in: place)) ?? []
        for file in files where LibraryFile.isLeftover(file.shownName) {
            try LibraryFile.remove(file)
        }
    }

    private func trashedFiles() -> [LibraryFileName] {
        let files = (try? LibraryFile.files(in: context.folder.trash)) ?? []
        return files.compactMap { LibraryFileName(trashed: $0.shownName) }
    }

    private func removals(_ database: Database) throws -> [Removal] {
        try Row.fetchAll(
            database, sql: "SELECT files, removed_at, keep_until FROM removals"
        ).map(StoredRow.init).map { fields in
            let names = try? JSONDecoder().decode(
                [String].self, from: Data(fields.rawText("files").utf8))
            let until = fields.moment("keep_until").time
            return Removal(
                files: (names ?? []).prefix(Limits.filesPerRow)
                    .compactMap { LibraryFileName($0) },
                keepUntil: until, isForGood: until <= fields.moment("removed_at").time)
        }
    }

    /// The files that rows name.
    private func takeBack(_ file: LibraryFileName) throws {
        let (trashed, place) = (file.trashPlace(in: context.folder), file.place(in: context.folder))
        if !LibraryFile.exists(place) { try LibraryFile.move(trashed, to: place, replacing: true) }
        try forget(file)
    }

    private func putAway(
        _ file: LibraryFileName, until: UnixTime, _ clock: TrashClock
    ) throws {
        let (trashed, place) = (file.trashPlace(in: context.folder), file.place(in: context.folder))
        if LibraryFile.exists(place) {
            try LibraryFile.makeFolder(context.folder.trash)
            try forget(file)
            try LibraryFile.move(place, to: trashed, replacing: true)
        }
        guard LibraryFile.exists(trashed) else { return }
        let since = try context.store.write { database in
            try database.execute(
                sql: "INSERT OR IGNORE INTO trashed_files(file, since) VALUES(?, ?)",
                arguments: [file.text, clock.time.milliseconds])
            let row = try Row.fetchOne(
                database, sql: "SELECT since FROM trashed_files WHERE file = ?",
                arguments: [file.text])
            return row.map { StoredRow($0).moment("since").time } ?? clock.time
        }
        guard clock.time - since >= Limits.trashTime, try isPast(until, clock) else { return }
        try forget(file)
    }

    /// Deletes a file from the trash.
    private func forget(_ file: LibraryFileName) throws {
        try LibraryFile.remove(file.trashPlace(in: context.folder))
        try context.store.write { database in
            try database.execute(
                sql: "DELETE FROM trashed_files WHERE file = ?", arguments: [file.text])
        }
    }

    /// Deletes the stored contents and titles of removals whose time is over.
    private func forgetContents(_ clock: TrashClock) throws {
        let kept = try context.store.read { database in
            try Row.fetchAll(
                database, sql: "SELECT id, keep_until FROM removals WHERE contents <> ''")
        }.map(StoredRow.init)
        let over = try kept.filter { try isPast($0.moment("keep_until").time, clock) }
            .compactMap { $0.id("id", as: RowID.self) }
        guard !over.isEmpty else { return }
        try context.store.write { database in
            for id in over {
                try database.execute(
                    sql: "UPDATE removals SET contents = '', name = '' WHERE id = ?",
                    arguments: [id.data])
            }
        }
    }

    /// Whether a moment has passed by the clock of the trash and by the corrected one.
    private func isPast(_ moment: UnixTime, _ clock: TrashClock) throws -> Bool {
        try clock.isPast(moment) && context.now() >= moment
    }
}
