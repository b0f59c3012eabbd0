import Foundation
import GRDB
import SignedObjects
import SyncKit

extension Library {
    /// The tables whose changes are told by ``changes()``.
    public static let observedTables = [
        "works", "work_tags", "models", "model_works", "generations", "removals",
    ]

    /// The day by the corrected clock, in UTC: `2026-01-31`.
    public var today: String {
        get throws { String(try context.now().rfc3339.prefix(10)) }
    }

    /// Differs after each write to the database, by this program or another one.
    public var writeMark: [Int64] { DatabaseFile.writeMark(of: folder.database) }

    /// Tells which tables were written, by this program or another one, until the task ends.
    ///
    /// A write of this program is told at once and with its tables. That another program wrote is
    /// seen by the database's files within a second, and is told as a change of every table; so is
    /// each write of this program once more.
    ///
    /// - Parameter tell: Called with the names of tables.
    /// - Throws: What reading the database throws; `CancellationError`.
    public func changes(_ tell: @escaping @Sendable ([String]) -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for table in Self.observedTables {
                group.addTask { try await self.follow(table, tell) }
            }
            group.addTask { try await self.lookAround(tell) }
            try await group.next()
            group.cancelAll()
        }
    }

    private func follow(_ table: String, _ tell: @Sendable ([String]) -> Void) async throws {
        var isFirst = true
        let counts = store.observe { database in
            try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table)") ?? 0
        }
        for try await _ in counts {
            if !isFirst { tell([table]) }
            isFirst = false
        }
    }

    private func lookAround(_ tell: @Sendable ([String]) -> Void) async throws {
        var last = DatabaseFile.writeMark(of: folder.database)
        while !Task.isCancelled {
            try await context.environment.pause(.seconds(1))
            let mark = DatabaseFile.writeMark(of: folder.database)
            if mark != last { tell(Self.observedTables) }
            last = mark
        }
    }
}
