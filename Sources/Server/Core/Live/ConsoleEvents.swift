/// How far what moderators see has come: pages compare it with what they show.
package struct ConsoleEvent: Codable, Equatable, Sendable {
    /// When a case changed last, in milliseconds since 1970 UTC; 0 where there is none.
    package let cases: Int64
    /// How many acts the audit log holds.
    package let acts: Int64
    /// The last event of the case that was asked for; 0 where there is none.
    package let events: Int64
}

/// A page's watch over what moderators see.
package struct ConsoleWatch: Sendable {
    private let watch: Watch

    init(_ watch: Watch) { self.watch = watch }

    /// Waits until something may have changed; false when the server stops.
    package func next() async -> Bool { await watch.next() }
}

extension ServerCore {
    /// Begins to watch; it ends with the value's life.
    ///
    /// - Throws: ``ServerError`` where too many watch already.
    package func watchConsole() throws -> ConsoleWatch {
        ConsoleWatch(try environment.hub.watch(.console))
    }

    /// How far it has come.
    ///
    /// - Parameter number: The case that a page shows; nil for none.
    package func consoleEvent(ofCase number: Int64?) async throws -> ConsoleEvent {
        try await database.read { db in
            let row = try db.row(
                """
                SELECT (SELECT MAX(changed) FROM moderation_case) AS cases,
                    (SELECT MAX(number) FROM case_event WHERE case_id = ?1) AS events,
                    number AS acts FROM audit_head WHERE name = 'audit'
                """,
                [number ?? 0])
            guard let row else { throw StoredFormError(column: "audit_head") }
            let (cases, events): (Int64?, Int64?) = (try row["cases"], try row["events"])
            return ConsoleEvent(cases: cases ?? 0, acts: try row["acts"], events: events ?? 0)
        }
    }
}
