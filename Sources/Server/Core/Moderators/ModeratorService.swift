import AtelierProtocol
import SignedObjects

/// Who may decide here, and their sessions.
public struct ModeratorService: ServerService {
    let environment: ServiceEnvironment

    /// Adds a moderator, or gives one another role, and makes a one-time token by which they make a
    /// passkey within ten minutes; the one before ends.
    ///
    /// - Parameter moderator: The administrator who does it; nil where the operator does.
    /// - Throws: ``ServerError`` where the name is none, or the last administrator would be no
    ///   administrator any more.
    public func add(
        _ name: String, role: ModeratorRole, actor: String, as moderator: String? = nil
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
        let added = Moderator(name: name, role: role)
        return try database.write { db in
            if let moderator { try ModeratorStore(db: db).require(.administrator, moderator) }
            if role < .administrator { try ModeratorStore(db: db).keepAdministrator(besides: name) }
            guard !ModeratorStore.isReserved(name) else {
                throw ServerError.invalidValue(
                    name: "name", reason: "\(name) stands for somebody else in cases and the log")
            }
            if let other = try ModeratorStore(db: db).lookalike(of: name) {
                throw ServerError.invalidValue(
                    name: "name",
                    reason: "reads like \(other), a moderator already: two names are two people")
            }
            try ModeratorStore(db: db).save(added, now: now)
            try Audit.append(
                "moderator", actor: actor, account: nil, reason: role.rawValue,
                detail: "\(name) added", now: now, in: db)
            return try self.invitation(for: added, now: now, in: db)
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

    /// Deletes a moderator; their sessions end at once, and their passkeys open nothing.
    ///
    /// - Parameter moderator: The administrator who does it; nil where the operator does.
    /// - Throws: ``ServerError`` where there is none of that name, or it is the last administrator.
    public func remove(_ name: String, actor: String, as moderator: String? = nil) throws {
        let now = clock()
        try database.write { db in
            let store = ModeratorStore(db: db)
            if let moderator { try store.require(.administrator, moderator) }
            try store.keepAdministrator(besides: name)
            guard try store.remove(name) else {
                throw ServerError.notFound("moderator \(name)", list: "moderator list")
            }
            try Audit.append(
                "moderator", actor: actor, account: nil, reason: "", detail: "\(name) removed",
                now: now, in: db)
        }
    }

    /// Gives a moderator another role, from their next request on; a one-time token that carries
    /// the one before ends.
    ///
    /// - Parameter moderator: The administrator who does it.
    /// - Throws: ``ServerError`` where there is none of that name, or the last administrator would
    ///   be no administrator any more.
    package func setRole(_ role: ModeratorRole, of name: String, as moderator: String) throws {
        let now = clock()
        try database.write { db in
            let store = ModeratorStore(db: db)
            try store.require(.administrator, moderator)
            guard try store.find(name) != nil else {
                throw ServerError.notFound("moderator \(name)", list: "moderator list")
            }
            if role < .administrator { try store.keepAdministrator(besides: name) }
            try store.save(Moderator(name: name, role: role), now: now)
            try store.endLink(of: name)
            try Audit.append(
                "moderator", actor: moderator, account: nil, reason: role.rawValue,
                detail: "\(name) has another role", now: now, in: db)
        }
    }

    private func invitation(
        for moderator: Moderator, now: UnixTime, in db: Database
    ) throws -> ModeratorInvitation {
        let token = ModeratorToken(.link, randomBytes: randomBytes)
        let expires = try ModeratorStore(db: db).add(token, for: moderator, now: now)
        return ModeratorInvitation(moderator: moderator, token: token.text, expires: expires)
    }

    private static let firstAdministratorName = "administrator"
}
