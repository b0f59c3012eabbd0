import AtelierProtocol
import SignedObjects

/// Another store whose transactions write what was done in them into the audit log, last, and sign
/// the log's head: so no act can be noted without.
struct AuditedStore: DatabaseStore {
    /// The store that does the work.
    let base: any DatabaseStore
    let signer: AuditSigner
    let news: News

    var isShared: Bool { base.isShared }

    func announce(_ account: String) throws { try base.announce(account) }

    func rewrite(_ tables: [String]) throws { try base.rewrite(tables) }

    func emptyLog() { base.emptyLog() }

    func emptyLog() async { await base.emptyLog() }

    func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try base.read(body)
    }

    func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
        let (result, isNews) = try base.write { db in
            let result = try body(db)
            return (result, try finish(db))
        }
        if isNews { news.tell(by: base) }
        return result
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        try await base.read(body)
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        let (result, isNews) = try await base.write { db in
            let result = try body(db)
            return (result, try finish(db))
        }
        if isNews { news.add(isShared: isShared) }
        return result
    }

    /// Writes the acts; says whether moderators see another state by them.
    private func finish(_ db: Database) throws -> Bool {
        let acts = db.acts
        db.acts = []
        try AuditChain(db: db).append(acts, isAccepted: db.isAuditAccepted, signer: signer)
        return acts.contains { !News.logins.contains($0.action) }
    }
}

/// Wakes the pages of moderators after a transaction in which something was done.
struct News: Sendable {
    let hub: WatchHub
    let announcements: Announcements

    /// The acts that change nothing but who is signed in.
    static let logins: Set = ["session", "passkey", "login refused"]

    /// Wakes them here, and notifies other instances soon.
    func add(isShared: Bool) {
        hub.wake(.console)
        if isShared { announcements.add(.console) }
    }

    /// Wakes them here and at other instances, for commands, which end soon.
    func tell(by store: any DatabaseStore) {
        hub.wake(.console)
        // The act is done; who is not notified now sees it at the next beat.
        try? store.announce(WatchTopic.console.name)
    }
}

/// Signs the audit log's head with the server's key, and makes the rows' salts.
struct AuditSigner: Sendable {
    let key: SigningKey
    let randomBytes: @Sendable (Int) -> [UInt8]

    /// What makes a row's digest tell nothing of its content: 16 random bytes.
    func salt() -> [UInt8] { randomBytes(16) }

    /// The compact form of a head.
    func sign(_ head: AuditHead) throws -> String {
        try JWS(signing: head, with: key).compact
    }

    /// Whether `document` is this server's signature under a log of so many rows with that end.
    func isSigned(_ document: String?, serial: Int64, link: Digest) -> Bool {
        Self.isSigned(document, serial: serial, link: link, key: key.verifyingKey)
    }

    /// Whether `document` is a signature by `key` under a log of so many rows with that end.
    static func isSigned(
        _ document: String?, serial: Int64, link: Digest, key: VerifyingKey
    ) -> Bool {
        guard let document,
            let head = try? JWS<AuditHead>(verifying: document, with: key).payload
        else { return false }
        return head.serial == serial && head.hash == link
    }
}
