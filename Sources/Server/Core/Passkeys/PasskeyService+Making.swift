import AtelierProtocol
import SignedObjects

/// Passkeys are made by a one-time link, or in a session that a passkey has just confirmed.
extension PasskeyService {
    /// What the page of a one-time link needs; the link stays good.
    ///
    /// - Throws: ``ServerError`` of the kind `tokenInvalid`.
    package func beginWelcome(_ link: String, on visit: Visit) async throws -> PasskeyRequest {
        // What is no token counts like one that is unknown.
        let token = ModeratorToken(.link, link)
        return try await noting("welcome", on: visit, by: nil) { db, now in
            guard let token else { throw ModeratorService.badToken }
            guard let moderator = try ModeratorStore(db: db).holder(of: token, now: now) else {
                throw ModeratorService.badToken
            }
            return try self.request(
                .welcome, page: token.hash.description, for: moderator.name, at: visit.site, in: db)
        }
    }

    /// Uses up a one-time link: stores the passkey that was made, and opens a session.
    ///
    /// - Throws: ``PasskeyRefusal``, after which the link is still good; ``ServerError`` of the
    ///   kind `tokenInvalid`.
    package func welcome(
        _ link: String, _ attestation: PasskeyAttestation, on visit: Visit
    ) async throws -> OpenedSession {
        // What is no token counts like one that is unknown.
        let token = ModeratorToken(.link, link)
        return try await noting("welcome", on: visit, by: nil) { db, now in
            guard let token else { throw ModeratorService.badToken }
            let moderators = ModeratorStore(db: db)
            guard let moderator = try moderators.redeem(token, now: now) else {
                throw ModeratorService.badToken
            }
            try moderators.save(moderator, now: now)
            try self.add(
                attestation, .welcome, page: token.hash.description, label: visit.browser,
                for: moderator.name, at: visit.site, now: now, in: db)
            return try self.moderators.open(
                for: moderator, browser: visit.browser, confirmed: now, by: "link and new passkey",
                now: now, in: db)
        }
    }

    /// What the page of a session needs to have another passkey made.
    package func beginAdding(
        to session: ModeratorSession, on visit: Visit
    ) async throws -> PasskeyRequest {
        try await database.read { db in
            try self.request(
                .add, page: session.id, for: session.moderator.name, at: visit.site, in: db)
        }
    }

    /// Stores another passkey of the session's moderator.
    ///
    /// - Throws: ``PasskeyRefusal``.
    package func add(
        _ attestation: PasskeyAttestation, label: String, to session: ModeratorSession,
        on visit: Visit
    ) async throws {
        let label = PrintableText.line(label).trimmingSpaces
        try await noting("adding", on: visit, by: nil) { db, now in
            guard try ModeratorStore(db: db).find(session.moderator.name) != nil else {
                throw ModeratorService.badSession
            }
            try self.add(
                attestation, .add, page: session.id, label: label.isEmpty ? visit.browser : label,
                for: session.moderator.name, at: visit.site, now: now, in: db)
        }
    }

    /// The passkeys of a moderator, the oldest first.
    package func list(of name: String) async throws -> [PasskeySummary] {
        try await database.read { db in try PasskeyStore(db: db).list(of: name) }
    }

    /// Deletes a passkey; all sessions of its moderator but `session` end.
    ///
    /// - Throws: ``PasskeyRefusal/onlyOne``, ``PasskeyRefusal/unknown``.
    package func remove(_ id: String, in session: ModeratorSession) async throws {
        let (name, now) = (session.moderator.name, clock())
        try await database.write { db in
            let store = PasskeyStore(db: db)
            try ModeratorStore(db: db).lock(name)
            guard let bytes = ClientData.bytes(id), let label = try store.remove(bytes, of: name)
            else { throw PasskeyRefusal.unknown }
            guard try store.count(of: name) > 0 else { throw PasskeyRefusal.onlyOne }
            for other in try SessionStore(db: db).list(of: name, now: now)
            where other.id != session.id {
                _ = try SessionStore(db: db).end(other.id, of: name)
            }
            try Audit.append(
                "passkey", actor: name, account: nil, reason: "", detail: "\(label) removed",
                now: now, in: db)
        }
    }

    private func request(
        _ purpose: PasskeyChallenge.Purpose, page: String, for name: String, at site: PageSite,
        in db: Database
    ) throws -> PasskeyRequest {
        PasskeyRequest(
            challenge: challenge(purpose, page: page), site: site.host,
            userHandle: Self.userHandle(of: name), name: name,
            known: try PasskeyStore(db: db).list(of: name).map(\.id),
            algorithms: PasskeyKey.Algorithm.allCases.map(\.rawValue))
    }

    private func add(
        _ attestation: PasskeyAttestation, _ purpose: PasskeyChallenge.Purpose, page: String,
        label: String, for name: String, at site: PageSite, now: UnixTime, in db: Database
    ) throws {
        let (client, data, made) = try attestation.verified(at: site)
        try use(challenge: client.challenge, purpose, page: page, now: now, in: db)
        let label = String(label.prefix(Limits.passkeyLabelCharacters))
        try ModeratorStore(db: db).lock(name)
        try PasskeyStore(db: db).add(
            PasskeyStore.Passkey(
                id: made.id, name: name, site: site.host, key: made.key, count: Int64(data.count),
                label: label), now: now)
        try Audit.append(
            "passkey", actor: name, account: nil, reason: "", detail: "\(label) added", now: now,
            in: db)
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
