import SignedObjects

/// Another store whose transactions write what was done in them into the audit log, last, and sign
/// the log's head: so no act can be noted without.
struct AuditedStore: DatabaseStore {
    /// The store that does the work.
    let base: any DatabaseStore
    let signer: AuditSigner

    var isShared: Bool { base.isShared }

    func announce(_ account: String) throws { try base.announce(account) }

    func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try base.read(body)
    }

    func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try base.write { db in
            let result = try body(db)
            try finish(db)
            return result
        }
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        try await base.read(body)
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        try await base.write { db in
            let result = try body(db)
            try finish(db)
            return result
        }
    }

    private func finish(_ db: Database) throws {
        let acts = db.acts
        db.acts = []
        try AuditChain(db: db).append(acts, isAccepted: db.isAuditAccepted, signer: signer)
    }
}
