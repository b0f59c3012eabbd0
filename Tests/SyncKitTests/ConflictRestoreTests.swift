import GRDB
import SyncKit
import TestSupport
import Testing

/// What lost comes back whole: a row with its children and the parents that it needs, on every
/// device, and goes from every list.
@Suite struct ConflictRestoreTests {
    private static let all: Set<String> = [
        "project garden", "task dig of garden", "task sow of garden", "note with a spade",
        "reminder of dig",
    ]

    // Goal: a project that is renamed here and deleted there comes back with its tasks and their
    // notes, and what named one of them names it again, by one call; all devices then agree.
    @Test(arguments: [true, false])
    func aDeletedParentComesBackWithItsChildren(deletesFirst: Bool) async throws {
        let planner = try Planner(replicas: 3)
        try await planner.fill()
        try planner[1].run("UPDATE projects SET colour = 'green'")
        planner.time.advance(by: 1000)
        try planner[0].run("DELETE FROM projects")
        for index in deletesFirst ? [0, 1] : [1, 0] { try await planner.sync(index) }
        try await planner.settle()
        try planner.expectRows(["reminder of -"])

        let listed = try planner[1].conflicts()
        let project = try #require(listed.first { $0.kind == .rowDeleted })
        #expect(project.table == "projects" && project.lost["colour"] == .text("green"))
        #expect(Set(listed.map(\.table)).count == 4)
        let restored = try planner[1].restore(project.id)
        #expect(restored.first?.id == project.id && restored.count == 5)
        #expect(try planner[1].conflicts().isEmpty)
        try await planner.settle()
        try planner.expectRows(Self.all)
        for store in planner.stores { #expect(try store.conflicts().isEmpty) }
    }

    // Goal: a reference that became null because its parent was deleted in spite of a write is
    // listed, and names the parent again when that is restored; not where it names another by now.
    @Test(arguments: [true, false])
    func aReferenceComesBackWithItsParent(isFree: Bool) async throws {
        let planner = try Planner(replicas: 2)
        try await planner.fill()
        try planner[1].run("UPDATE tasks SET text = 'dig deep' WHERE text = 'dig'")
        planner.time.advance(by: 1000)
        try planner[0].run("DELETE FROM tasks WHERE text = 'dig'")
        try await planner.settle()
        let listed = try planner[1].conflicts()
        let kinds: Set<Conflict.Kind> = [.rowDeleted, .deletedWithRow, .referenceCleared]
        #expect(Set(listed.map(\.kind)) == kinds)
        if !isFree {
            try planner[1].run("UPDATE reminders SET task = \(Planner.id("c"))")
        }
        try planner[1].restore(try #require(listed.first { $0.kind == .rowDeleted }).id)
        try await planner.settle()
        try planner.expectRows([
            "project garden", "task dig deep of garden", "task sow of garden", "note with a spade",
            isFree ? "reminder of dig deep" : "reminder of sow",
        ])
    }

    // Goal: a child that is written to while its parent is deleted comes back with the parent, and
    // without the parent's other children: nobody wrote to those.
    @Test func aChildComesBackWithItsParents() async throws {
        let planner = try Planner(replicas: 2)
        try await planner.fill()
        try planner[1].run("UPDATE notes SET text = 'with two spades'")
        planner.time.advance(by: 1000)
        try planner[0].run("DELETE FROM projects")
        try await planner.settle()
        try planner.expectRows(["reminder of -"])
        let note = try #require(
            try planner[1].conflicts().first { $0.table == "notes" && $0.kind == .rowDeleted })
        #expect(try planner[1].restore(note.id).count == 3)
        try await planner.settle()
        try planner.expectRows([
            "project garden", "task dig of garden", "note with two spades", "reminder of -",
        ])
        for store in planner.stores { #expect(try store.conflicts().isEmpty) }
    }

    // Goal: a child that the deleter did not know comes back with its parents.
    @Test func aNewChildComesBackWithItsParents() async throws {
        let planner = try Planner(replicas: 2)
        try await planner.fill()
        try planner[1].run(
            "INSERT INTO notes VALUES(\(Planner.id("f")), \(Planner.id("b")), 'new')")
        planner.time.advance(by: 1000)
        try planner[0].run("DELETE FROM projects")
        try await planner.settle()
        try planner.expectRows(["reminder of -"])
        let note = try #require(
            try planner[1].conflicts().first { $0.lost["text"] == .text("new") })
        try planner[1].restore(note.id)
        try await planner.settle()
        try planner.expectRows([
            "project garden", "task dig of garden", "note new", "reminder of -",
        ])
    }

    // Goal: what cannot be restored says what stands in the way, changes nothing, and is restored
    // once that is changed, or with another value.
    @Test(arguments: [true, false])
    func aTakenValueIsNamed(changesTheOther: Bool) async throws {
        let planner = try Planner(replicas: 2)
        try planner[0].run("INSERT INTO projects(id, name) VALUES(\(Planner.id("a")), 'garden')")
        planner.time.advance(by: 1000)
        try planner[1].run("INSERT INTO projects(id, name) VALUES(\(Planner.id("b")), 'garden')")
        try await planner.settle()
        let index = try #require(try planner.stores.firstIndex { try !$0.conflicts().isEmpty })
        let lost = try #require(try planner[index].conflicts().first)
        #expect(lost.kind == .duplicateValue)
        let holder = try #require(RowKey([UInt8](repeating: 0xaa, count: 16)))
        let taken = StoreError.valueTaken(table: "projects", columns: ["name"], by: holder)
        #expect(throws: taken) { try planner[index].restore(lost.id) }
        #expect(
            taken.description.contains("aaaaaaaaaaaaaaaa") && taken.description.contains("name"))
        #expect(try planner[index].conflicts() == [lost])
        if changesTheOther {
            try planner[index].run("UPDATE projects SET name = 'old' WHERE id = \(Planner.id("a"))")
            try planner[index].restore(lost.id)
        } else {
            try planner[index].restore(lost.id, changing: ["name": .text("old")])
        }
        try await planner.settle()
        try planner.expectRows(["project garden", "project old"])
        for store in planner.stores { #expect(try store.conflicts().isEmpty) }
    }

    // Goal: a row whose parent nobody lists says so, and comes back under another parent.
    @Test func aMissingParentIsNamed() async throws {
        let planner = try Planner(replicas: 2)
        try await planner.fill()
        try planner[1].run("UPDATE tasks SET text = 'dig deep' WHERE text = 'dig'")
        planner.time.advance(by: 1000)
        try planner[0].run("DELETE FROM tasks WHERE text = 'dig'")
        try await planner.settle()
        try planner[1].run("DELETE FROM projects")
        try planner[1].run("INSERT INTO projects(id, name) VALUES(\(Planner.id("9")), 'field')")
        let task = try #require(try planner[1].conflicts().first { $0.kind == .rowDeleted })
        let missing = StoreError.missingParent(
            table: "tasks", column: "project", parent: "projects")
        #expect(throws: missing) { try planner[1].restore(task.id) }
        try planner[1].restore(
            task.id, changing: ["project": .blob([UInt8](repeating: 0x99, count: 16))])
        try await planner.settle()
        try planner.expectRows([
            "project field", "task dig deep of field", "note with a spade", "reminder of dig deep",
        ])
    }

    // Goal: a conflict that is restored here goes from the list of every device, of one too that
    // meets the loss and its restoring at once; the same loss later on is listed again.
    @Test func whatIsRestoredGoesFromEveryList() async throws {
        let fleet = try Fleet(seed: 75, devices: 3)
        try fleet[0].run("INSERT INTO items(id, title) VALUES(zeroblob(16), 'base')")
        try await fleet.settle()
        for round in 0..<2 {
            try fleet[0].run("UPDATE items SET title = 'lost'")
            fleet.time.advance(by: 1000)
            try fleet[1].run("UPDATE items SET title = 'stands \(round)'")
            try await fleet.settle([0, 1])
            #expect(try fleet[1].conflictCount() == 1, "round \(round)")
            try fleet[0].restore(try #require(try fleet[0].conflicts().first).id)
            try await fleet.settle([0, 1])
            #expect(try fleet[1].conflictCount() == 0, "round \(round)")
            try await fleet.settle()
            try fleet.expectAgreement()
            for device in fleet.devices { #expect(try device.store.conflictCount() == 0) }
            #expect(try fleet[2].value("SELECT title FROM items") == "lost")
            try fleet[1].run("UPDATE items SET title = 'base'")
            try await fleet.settle()
        }
    }

    // Goal: a sync says how many conflicts it found, and observers hear of each that comes or goes.
    @Test(.timeLimit(.minutes(1)))
    func conflictsAreObservedAndCounted() async throws {
        let fleet = try Fleet(seed: 76, devices: 2)
        try fleet[0].run("INSERT INTO items(id, title) VALUES(zeroblob(16), 'base')")
        try await fleet.settle()
        var lists = fleet[0].observeConflicts().makeAsyncIterator()
        #expect(try await lists.next() == [])
        try fleet[0].run("UPDATE items SET title = 'lost'")
        fleet.time.advance(by: 1000)
        try fleet[1].run("UPDATE items SET title = 'stands'")
        #expect(try await fleet.sync(1).conflictsFound == 0)
        #expect(try await fleet.sync(0).conflictsFound == 1)
        let found = try #require(try await lists.next())
        #expect(found.map(\.lost) == [["title": .text("lost")]])
        #expect(try await fleet.sync(0).conflictsFound == 0)
        try fleet[0].restore(try #require(found.first).id)
        try await fleet.settle()
        while let list = try await lists.next(), !list.isEmpty {}
        #expect(try fleet[0].conflicts().isEmpty)
    }
}
