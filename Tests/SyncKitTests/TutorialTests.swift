import Crypto
import Foundation
import GRDB
import SyncKit
import TestSupport
import Testing

// Every block of code in the documentation stands here between the marks, word for word, and runs.

@Suite struct TutorialTests {
    // Goal: the code of "Getting started" does what the article says.
    @Test func twoDevicesShareNotes() async throws {
        let folder = try TemporaryFolder()
        let world = SimulatedTime(seed: 1).environment()
        let lines = try await shareNotes(in: folder.url, world)
        #expect(lines == [["Buy pens, done 1, stars 2"], ["Buy pens, done 1, stars 2"]])
    }

    // Goal: so does the code of the other articles.
    @Test(.timeLimit(.minutes(1)))
    func theShortExamplesRun() async throws {
        let folder = try TemporaryFolder()
        let world = SimulatedTime(seed: 2).environment()
        let keys = try #require(Gallery.keys())
        let paths = ["phone", "laptop"].map { folder.path($0 + ".sqlite") }
        let stores = try paths.map { try openNotes($0, world) }
        try stores[0].write { try $0.execute(sql: "INSERT INTO notes(text) VALUES('Buy ink')") }
        try carry(
            from: stores[0], to: stores[1], over: folder.url.appendingPathComponent("stick"), keys,
            Gallery.account)
        #expect(try await firstNotes(of: stores[1]) == ["Buy ink"])
        try changeOneColumn(of: #require(try stores[0].read { try Note.fetchOne($0) }), stores[0])
        #expect(try stores[0].read { try Int.fetchOne($0, sql: "SELECT stars FROM notes") } == 1)
        let (picture, content) = (folder.url.appending(path: "picture"), Data("ink".utf8))
        try content.write(to: picture)
        try carry(picture, Array(SHA256.hash(data: content)), over: folder.url, keys)
        #expect(try Data(contentsOf: picture) == content)
        try stores[0].write { try $0.execute(sql: "UPDATE notes SET text = 'Buy pens'") }
        try stores[1].write { try $0.execute(sql: "UPDATE notes SET text = 'Buy chalk'") }
        try carry(
            from: stores[0], to: stores[1], over: folder.url.appendingPathComponent("stick"), keys,
            Gallery.account)
        #expect(try stores[1].conflicts().count == 1)
        let notes = try await firstNotes(of: stores[1])
        try bringBack(stores[1])
        #expect(try stores[1].conflicts().isEmpty)
        #expect(try await firstNotes(of: stores[1]) != notes)
        let newer = try openNewerNotes(paths[1], world)
        #expect(try newer.read { try Int.fetchOne($0, sql: "SELECT sum(color) FROM notes") } == 0)
        let projects = try openProjects(folder.path("projects.sqlite"), world)
        #expect(try projects.diagnose().isHealthy)
        let searched = try openSearchedNotes(folder.path("searched.sqlite"), world)
        try searched.write { db in
            try db.execute(sql: "INSERT INTO notes(id, text) VALUES(randomblob(16), 'Buy ink')")
        }
        let found = "SELECT count(*) FROM found WHERE found MATCH 'ink'"
        #expect(try searched.read { try Int.fetchOne($0, sql: found) } == 1)
    }

    // Goal: so does the engine that runs by itself.
    @Test(.timeLimit(.minutes(10)))
    func theEngineOfTheArticleRuns() async throws {
        let folder = try TemporaryFolder()
        let world = SimulatedTime(seed: 3).environment()
        let stores = try ["phone", "laptop"].map { try openNotes(folder.path($0), world) }
        try stores[0].write { try $0.execute(sql: "INSERT INTO notes(text) VALUES('Buy ink')") }
        let (server, keys) = (NotesServer(world), try #require(Gallery.keys()))
        for store in stores {
            await runUntilSynced(store, server, keys, account: Gallery.account)
        }
        #expect(try await firstNotes(of: stores[1]) == ["Buy ink"])
    }

    // Goal: every block of code in the documentation is one that is compiled and run here.
    @Test func theDocumentationShowsThisCode() throws {
        let here = URL(filePath: #filePath).resolvingSymlinksInPath()
        let root = here.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let articles = root.appending(path: "Sources/SyncKit/Documentation.docc")
        let code = Self.trimmed(try Self.marked(String(contentsOf: here, encoding: .utf8)))
        var count = 0
        let names = try FileManager.default.contentsOfDirectory(atPath: articles.path).sorted()
        var pages = names.map { articles.appending(path: $0) }
        pages.append(root.appending(path: "README.md"))
        for page in pages {
            let text = try String(contentsOf: page, encoding: .utf8)
            for block in text.components(separatedBy: "```swift\n").dropFirst() {
                let shown = block.components(separatedBy: "```\n").first ?? ""
                #expect(
                    code.contains(Self.trimmed(shown)), "\(page.path) shows other code:\n\(shown)")
                count += 1
            }
        }
        #expect(count > 4)
    }

    private static func marked(_ text: String) -> String {
        text.components(separatedBy: "// Shown:\n").dropFirst()
            .compactMap { $0.components(separatedBy: "// Shown.\n").first }.joined()
    }

    /// Blocks are indented otherwise than functions.
    private static func trimmed(_ text: String) -> String {
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            .joined(separator: "\n")
    }
}

// Shown:
/// A server in memory: it puts sealed segments in order and can read none of them.
actor NotesServer: Transport {
    private var segments: [SealedSegment] = []
    private let world: SyncEnvironment
    init(_ world: SyncEnvironment) { self.world = world }

    private var state: ServerState {
        let (now, head) = (Int64(world.wallMilliseconds()), ServerSequence(Int64(segments.count)))
        return ServerState(milliseconds: now, epoch: 1, head: head, floor: 0, horizon: 0)
    }
    func push(_ segment: SealedSegment) throws -> PushAcknowledgement {
        if !segments.contains(segment) {  // A repeat gets the same answer.
            let last = segments.last { $0.header.replica == segment.header.replica }
            guard segment.header.number == (last?.header.number ?? 0) + 1,
                segment.header.previous == last?.hash ?? [UInt8](repeating: 0, count: 32)
            else { throw ForkedChain() }
            segments.append(segment)
        }
        let sequence = ServerSequence(Int64((segments.firstIndex(of: segment) ?? 0) + 1))
        return PushAcknowledgement(sequence: sequence, server: state)
    }
    func pull(_ request: PullRequest) -> PulledPage {
        let page = segments.indices.dropFirst(Int(request.sequence.rawValue)).prefix(100).map {
            SequencedSegment(sequence: ServerSequence(Int64($0 + 1)), bytes: segments[$0].bytes)
        }
        return PulledPage(segments: page, server: state)
    }
    // No segment is ever dropped here, so that no snapshot is needed: they are declined.
    func push(_ chunk: SnapshotChunk) {}
    func newestSnapshot() -> SnapshotManifest? { nil }
    func chunk(_ index: Int, of: SnapshotManifest) throws -> [UInt8] { throw SnapshotGone() }
}
// Shown.

// Shown:
func openNotes(_ path: String, _ world: SyncEnvironment = .system) throws -> SyncStore {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("notes") { db in
        let key = "id BLOB PRIMARY KEY NOT NULL DEFAULT (randomblob(16))"
        let rest = "text TEXT, done BOOLEAN, stars INTEGER NOT NULL DEFAULT 0"
        try db.execute(sql: "CREATE TABLE notes(\(key), \(rest))")
    }
    let stars = SyncedColumn("stars", id: 3, .counter)
    let columns = [SyncedColumn("text", id: 1), SyncedColumn("done", id: 2), stars]
    let schema = try SyncSchema(tables: [SyncedTable("notes", id: 1, columns: columns)])
    return try SyncStore(path: path, schema: schema, migrator: migrator, environment: world)
}
// Shown.

/// The lines of the notes on both devices.
func shareNotes(in folder: URL, _ world: SyncEnvironment = .system) async throws -> [[String]] {
    guard let keys = LibraryKeys([1: world.randomBytes(32)]) else { return [] }
    let phonePath = folder.appending(path: "phone.sqlite").path
    let laptopPath = folder.appending(path: "laptop.sqlite").path
    // Shown:
    let phone = try openNotes(phonePath, world)
    let laptop = try openNotes(laptopPath, world)
    let (server, account) = (NotesServer(world), world.randomBytes(16))
    func sync(_ store: SyncStore) async throws {
        let way = Synchronizer(store: store, transport: server, keys: keys, account: account)
        _ = try await way.run()
    }
    try phone.write { try $0.execute(sql: "INSERT INTO notes(text) VALUES('Buy ink')") }
    for store in [phone, laptop] { try await sync(store) }
    // Both write without knowing of each other, then meet.
    try phone.write { try $0.execute(sql: "UPDATE notes SET text = 'Buy pens', stars = stars + 1") }
    try laptop.write { try $0.execute(sql: "UPDATE notes SET done = 1, stars = stars + 1") }
    for store in [phone, laptop, phone] { try await sync(store) }
    // Shown.
    let query = "SELECT text || ', done ' || done || ', stars ' || stars FROM notes"
    return try [phone, laptop].map { store in
        try store.read { try String.fetchAll($0, sql: query) }
    }
}

private func carry(
    from phone: SyncStore, to laptop: SyncStore, over url: URL, _ keys: LibraryKeys,
    _ account: [UInt8]
) throws {
    // Shown:
    try phone.exportBundle(to: url, keys: keys, account: account)
    let changes = try laptop.importBundle(from: url, keys: keys, account: account)
    // Shown.
    #expect(changes > 0)
}

private func carry(
    _ picture: URL, _ digest: [UInt8], over stick: URL, _ keys: LibraryKeys
) throws {
    let account = Gallery.account
    let sealed = stick.appending(path: BlobSealer(keys: keys, account: account).name(of: digest))
    // Shown:
    let sealer = BlobSealer(keys: keys, account: account)
    try sealer.seal(picture, digest: digest, to: stick.appending(path: sealer.name(of: digest)))
    // On the other device, for each row whose file is missing:
    try sealer.open(sealed, digest: digest, to: picture, limit: 64 << 20)
    // Shown.
}

private struct Note: Codable, FetchableRecord, MutablePersistableRecord {
    static let databaseTableName = "notes"

    var id: Data
    var text: String
}

private func changeOneColumn(of known: Note, _ store: SyncStore) throws {
    var note = known
    // Shown:
    try store.write { db in
        try note.updateChanges(db) { $0.text = "Buy pens" }
        try db.execute(sql: "UPDATE notes SET stars = stars + 1 WHERE id = ?", arguments: [note.id])
    }
    // Shown.
}

/// What an observer is shown first.
private func firstNotes(of store: SyncStore) async throws -> [String] {
    try await Task {
        var first: [String] = []
        func show(_ texts: [String]) {
            if first.isEmpty { first = texts }
            withUnsafeCurrentTask { $0?.cancel() }
        }
        // Shown:
        let notes = store.observe { try String.fetchAll($0, sql: "SELECT text FROM notes") }
        for try await texts in notes {
            show(texts)
        }
        // Shown.
        return first
    }.value
}

/// Lets an engine run until all is exchanged.
private func runUntilSynced(
    _ store: SyncStore, _ server: NotesServer, _ keys: LibraryKeys, account: [UInt8]
) async {
    await Task {
        func display(_ status: SyncStatus) {
            let isDone = status.activity == .waiting && status.lastSuccess != nil
            if isDone { withUnsafeCurrentTask { $0?.cancel() } }
        }
        // Shown:
        let engine = SyncEngine(store: store, transport: server, keys: keys, account: account)
        await engine.start()
        for await status in await engine.statuses() {
            display(status)
        }
        // Shown.
        await engine.stop()
    }.value
}

private func bringBack(_ store: SyncStore) throws {
    // Shown:
    for conflict in try store.conflicts() {
        try store.restore(conflict.id)
    }
    // Shown.
}

private func openNewerNotes(_ path: String, _ world: SyncEnvironment) throws -> SyncStore {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("notes") { _ in }
    // Shown:
    migrator.registerMigration("color") { db in
        try db.execute(sql: "ALTER TABLE notes ADD COLUMN color INTEGER NOT NULL DEFAULT 0")
    }
    let notes = SyncedTable(
        "notes", id: 1,
        columns: [
            SyncedColumn("text", id: 1), SyncedColumn("done", id: 2),
            SyncedColumn("stars", id: 3, .counter), SyncedColumn("color", id: 4),
        ])
    // Shown.
    return try SyncStore(
        path: path, schema: try SyncSchema(tables: [notes]), migrator: migrator,
        environment: world)
}

private func openProjects(_ path: String, _ world: SyncEnvironment) throws -> SyncStore {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("projects") { db in
        try db.execute(
            sql: """
                CREATE TABLE projects(id BLOB PRIMARY KEY NOT NULL, slug TEXT UNIQUE);
                CREATE TABLE tasks(id BLOB PRIMARY KEY NOT NULL,
                project BLOB REFERENCES projects(id) ON DELETE CASCADE, text TEXT);
                """)
    }
    // Shown:
    let projects = SyncedTable(
        "projects", id: 1, columns: [SyncedColumn("slug", id: 1)], unique: [["slug"]])
    let tasks = SyncedTable(
        "tasks", id: 2, columns: [SyncedColumn("project", id: 1), SyncedColumn("text", id: 2)],
        references: [SyncedReference("project", to: "projects", onDelete: .cascade)])
    // Shown.
    return try SyncStore(
        path: path, schema: try SyncSchema(tables: [projects, tasks]), migrator: migrator,
        environment: world)
}

private func openSearchedNotes(_ path: String, _ world: SyncEnvironment) throws -> SyncStore {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("notes") { db in
        try db.execute(
            sql: """
                CREATE TABLE notes(id BLOB PRIMARY KEY NOT NULL, text TEXT);
                CREATE VIRTUAL TABLE found USING fts5(text, content = 'notes');
                CREATE TRIGGER notes_found_in AFTER INSERT ON notes BEGIN
                INSERT INTO found(rowid, text) VALUES(NEW.rowid, NEW.text); END;
                CREATE TRIGGER notes_found_out AFTER DELETE ON notes BEGIN
                INSERT INTO found(found, rowid, text) VALUES('delete', OLD.rowid, OLD.text); END;
                CREATE TRIGGER notes_found_change AFTER UPDATE ON notes BEGIN
                INSERT INTO found(found, rowid, text) VALUES('delete', OLD.rowid, OLD.text);
                INSERT INTO found(rowid, text) VALUES(NEW.rowid, NEW.text); END;
                """)
    }
    let notes = SyncedTable("notes", id: 1, columns: [SyncedColumn("text", id: 1)])
    // Shown:
    let schema = try SyncSchema(
        tables: [notes],
        mergeTimeTriggers: ["notes_found_in", "notes_found_out", "notes_found_change"])
    // Shown.
    return try SyncStore(path: path, schema: schema, migrator: migrator, environment: world)
}
