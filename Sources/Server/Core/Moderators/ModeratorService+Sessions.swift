import AtelierProtocol
import SignedObjects
import SystemSupport

extension ModeratorService {
    /// The session that `text` opens.
    ///
    /// - Parameter isUse: Whether this counts as use: what a page asks by itself does not, so that
    ///   a page that is left open ends as one that is closed.
    /// - Throws: ``ServerError`` of the kind `sessionInvalid`.
    package func session(_ text: String?, isUse: Bool = true) async throws -> ModeratorSession {
        let now = clock()
        guard let token = text.flatMap({ ModeratorToken(.session, $0) }) else {
            throw Self.badSession
        }
        let found =
            isUse
            ? try await database.write { db in
                try SessionStore(db: db).find(token, now: now, isUse: true)
            }
            : try await database.read { db in
                try SessionStore(db: db).find(token, now: now, isUse: false)
            }
        guard let found else { throw Self.badSession }
        return found
    }

    /// Whose session `text` is, which counts as used now.
    ///
    /// - Throws: ``ServerError`` where it is none, or has ended.
    package func moderator(session text: String?) async throws -> Moderator {
        try await session(text).moderator
    }

    /// The open sessions of a moderator, the last used first.
    package func sessions(of name: String) async throws -> [ModeratorSession] {
        let now = clock()
        return try await database.read { db in try SessionStore(db: db).list(of: name, now: now) }
    }

    /// Ends the session that `text` opens; safe to repeat.
    package func endSession(_ text: String?) async throws {
        let now = clock()
        guard let token = text.flatMap({ ModeratorToken(.session, $0) }) else {
            throw Self.badSession
        }
        try await database.write { db in
            guard let name = try SessionStore(db: db).end(token) else { return }
            try Audit.append(
                "session", actor: name, account: nil, reason: "", detail: "ended", now: now,
                in: db)
        }
    }

    /// Ends one session of a moderator, or with nil all of them; says how many that were.
    ///
    /// - Parameter other: The administrator who does it; nil where it is their own.
    package func endSessions(
        _ id: String?, of name: String, as other: String? = nil
    ) async throws -> Int {
        let now = clock()
        return try await database.write { db in
            if let other { try ModeratorStore(db: db).require(.administrator, other) }
            let count = try SessionStore(db: db).end(id, of: name)
            if count > 0 {
                try Audit.append(
                    "session", actor: other ?? name, account: nil, reason: "",
                    detail: "\(count) of \(name) ended", now: now, in: db)
            }
            return count
        }
    }

    /// Opens a session by a one-time token, without a passkey: it is none of the console's.
    func openSession(_ request: SessionRequest) async throws -> SessionReply {
        let now = clock()
        guard let link = ModeratorToken(.link, request.token) else { throw Self.badToken }
        let opened = try await database.write { db in
            let store = ModeratorStore(db: db)
            guard let moderator = try store.redeem(link, now: now) else { throw Self.badToken }
            try store.save(moderator, now: now)
            return try self.open(
                for: moderator, browser: "", confirmed: nil, by: "link", now: now, in: db)
        }
        return SessionReply(
            name: opened.session.moderator.name, role: opened.session.moderator.role.rawValue,
            session: opened.token,
            idleSeconds: Int(SessionStore.idle.components.seconds))
    }

    /// Opens a session inside a transaction.
    func open(
        for moderator: Moderator, browser: String, confirmed: UnixTime?, by means: String,
        now: UnixTime, in db: Database
    ) throws -> OpenedSession {
        let token = ModeratorToken(.session, randomBytes: randomBytes)
        let session = ModeratorSession(
            id: Hexadecimal.encode(randomBytes(8)), moderator: moderator,
            formToken: Base64URL.encode(randomBytes(24)), browser: browser, opened: now, seen: now,
            confirmed: confirmed)
        try SessionStore(db: db).open(token, session)
        try Audit.append(
            "session", actor: moderator.name, account: nil, reason: "",
            detail: "opened by \(means)", now: now, in: db)
        return OpenedSession(session: session, token: token.text)
    }

    static var badToken: ServerError {
        .refused(
            .tokenInvalid,
            detail: "The token is unknown, used or over ten minutes old. Ask for a new one.")
    }

    static var badSession: ServerError {
        .refused(.sessionInvalid, detail: "The session has ended. Open one by a new token.")
    }
}
