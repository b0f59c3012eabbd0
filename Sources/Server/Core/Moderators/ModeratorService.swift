import AtelierProtocol
import SignedObjects

/// Who may decide here, and their sessions.
public struct ModeratorService: ServerService {
    let environment: ServiceEnvironment

    /// Adds a moderator, or gives one another role, and makes a one-time token that opens a session
    /// within ten minutes; the one before ends.
    ///
    /// - Throws: ``ServerError`` where the name is none.
    public func add(
        _ name: String, role: ModeratorRole, actor: String
    ) throws -> ModeratorInvitation {
        let bounds = 1...Limits.moderatorNameBytes
        guard bounds.contains(name.utf8.count), name == PrintableText.line(name),
            name.first?.isWhitespace == false, name.last?.isWhitespace == false
        else {
            throw ServerError.invalidValue(
                name: "name",
                reason: "has 1 to \(Limits.moderatorNameBytes) bytes in one line, without control "
                    + "characters or a space at an end")
        }
        let now = clock()
        let moderator = Moderator(name: name, role: role)
        return try database.write { db in
            guard !ModeratorStore.isReserved(name) else {
                throw ServerError.invalidValue(
                    name: "name", reason: "\(name) stands for somebody else in cases and the log")
            }
            if let other = try ModeratorStore(db: db).lookalike(of: name) {
                throw ServerError.invalidValue(
                    name: "name",
                    reason: "reads like \(other), a moderator already: two names are two people")
            }
            try ModeratorStore(db: db).save(moderator, now: now)
            try Audit.append(
                "moderator", actor: actor, account: nil, reason: role.rawValue,
                detail: "\(name) added", now: now, in: db)
            return try self.invitation(for: moderator, now: now, in: db)
        }
    }

    /// A one-time token for the first administrator; nil where there is one already.
    ///
    /// They become a moderator only by using it, so that a start that nobody watched leaves nothing
    /// behind.
    public func firstAdministrator() throws -> ModeratorInvitation? {
        let now = clock()
        return try database.write { db in
            guard try !ModeratorStore(db: db).hasAdministrator() else { return nil }
            let first = Moderator(name: Self.firstAdministratorName, role: .administrator)
            return try self.invitation(for: first, now: now, in: db)
        }
    }

    /// Ends a token that could not be shown.
    public func withdraw(_ invitation: ModeratorInvitation) throws {
        guard let token = ModeratorToken(.link, invitation.token) else { return }
        _ = try database.write { db in
            try ModeratorStore(db: db).redeem(token, now: clock())
        }
    }

    /// Every moderator, by name.
    public func list() throws -> [ModeratorSummary] {
        try database.read { db in try ModeratorStore(db: db).list() }
    }

    /// Deletes a moderator; their sessions end at once.
    ///
    /// - Throws: ``ServerError`` where there is none of that name.
    public func remove(_ name: String, actor: String) throws {
        let now = clock()
        try database.write { db in
            guard try ModeratorStore(db: db).remove(name) else {
                throw ServerError.notFound("moderator \(name)", list: "moderator list")
            }
            try Audit.append(
                "moderator", actor: actor, account: nil, reason: "", detail: "\(name) removed",
                now: now, in: db)
        }
    }

    /// Opens a session by a one-time token.
    func openSession(_ request: SessionRequest) async throws -> SessionReply {
        let now = clock()
        guard let token = ModeratorToken(.link, request.token) else { throw Self.badToken }
        let session = ModeratorToken(.session, randomBytes: randomBytes)
        let moderator = try await database.write { db in
            let store = ModeratorStore(db: db)
            guard let moderator = try store.redeem(token, now: now) else { throw Self.badToken }
            try store.save(moderator, now: now)
            try store.open(session, for: moderator, now: now)
            try Audit.append(
                "session", actor: moderator.name, account: nil, reason: "", detail: "opened",
                now: now, in: db)
            return moderator
        }
        return SessionReply(
            name: moderator.name, role: moderator.role.rawValue, session: session.text,
            idleSeconds: Int(ModeratorStore.idle.components.seconds))
    }

    /// Whose session `text` is, which counts as used now.
    ///
    /// - Throws: ``ServerError`` where it is none, or lay idle for too long.
    package func moderator(session text: String?) async throws -> Moderator {
        let now = clock()
        guard let session = text.flatMap({ ModeratorToken(.session, $0) }) else {
            throw Self.badSession
        }
        let found = try await database.write { db in
            try ModeratorStore(db: db).use(session, now: now)
        }
        guard let found else { throw Self.badSession }
        return found
    }

    /// Ends a session; safe to repeat.
    func endSession(_ text: String?) async throws {
        guard let session = text.flatMap({ ModeratorToken(.session, $0) }) else {
            throw Self.badSession
        }
        try await database.write { db in try ModeratorStore(db: db).end(session) }
    }

    private func invitation(
        for moderator: Moderator, now: UnixTime, in db: Database
    ) throws -> ModeratorInvitation {
        let token = ModeratorToken(.link, randomBytes: randomBytes)
        let expires = try ModeratorStore(db: db).add(token, for: moderator, now: now)
        return ModeratorInvitation(moderator: moderator, token: token.text, expires: expires)
    }

    private static let firstAdministratorName = "administrator"

    private static var badToken: ServerError {
        .refused(
            .tokenInvalid,
            detail: "The token is unknown, used or over ten minutes old. Ask for a new one.")
    }

    private static var badSession: ServerError {
        .refused(.sessionInvalid, detail: "The session has ended. Open one by a new token.")
    }
}
