import AtelierProtocol
import Crypto
import Foundation
import SignedObjects

/// Signing in with passkeys, WebAuthn's credentials.
package struct PasskeyService: ServerService {
    let environment: ServiceEnvironment
    let requests: RequestAuthenticator
    let moderators: ModeratorService

    /// From where and with what somebody signs in.
    package struct Visit: Sendable {
        let sender: Sender
        /// Where the browser found the page.
        package let site: PageSite
        let browser: String

        /// - Parameters:
        ///   - site: Where the browser found the page.
        ///   - browser: Its name and system, in words.
        package init(from sender: Sender, site: PageSite, browser: String) {
            self.sender = sender
            self.site = site
            self.browser = String(
                PrintableText.line(browser).prefix(Limits.passkeyLabelCharacters))
        }
    }

    /// What the page of the sign-in has a passkey sign.
    package func signInChallenge() -> String {
        challenge(.signIn, page: "")
    }

    /// What a page has a passkey sign to confirm a weighty act.
    package func confirmationChallenge(_ session: ModeratorSession) -> String {
        challenge(.confirm, page: session.id)
    }

    /// Opens a session; the one of `former` ends.
    ///
    /// - Throws: ``PasskeyRefusal``; ``ServerError`` beyond a limit. Refusals are in the audit log.
    package func signIn(
        _ assertion: PasskeyAssertion, on visit: Visit, former: String?
    ) async throws -> OpenedSession {
        try await noting("sign-in", on: visit, by: assertion.id) { db, now in
            let (moderator, label) = try self.use(
                assertion, .signIn, page: "", at: visit.site, now: now, in: db)
            if let former = former.flatMap({ ModeratorToken(.session, $0) }) {
                _ = try SessionStore(db: db).end(former)
            }
            return try self.moderators.open(
                for: moderator, browser: visit.browser, confirmed: now, by: "passkey \(label)",
                now: now, in: db)
        }
    }

    /// Notes in a session that a passkey of its moderator was used just now, and gives it another
    /// token.
    ///
    /// - Throws: ``PasskeyRefusal``; ``ServerError`` where the session has ended.
    package func confirm(
        _ text: String, _ assertion: PasskeyAssertion, on visit: Visit
    ) async throws -> OpenedSession {
        guard let token = ModeratorToken(.session, text) else { throw ModeratorService.badSession }
        return try await noting("confirmation", on: visit, by: assertion.id) { db, now in
            let store = SessionStore(db: db)
            guard let session = try store.find(token, now: now, isUse: false) else {
                throw ModeratorService.badSession
            }
            let (moderator, label) = try self.use(
                assertion, .confirm, page: session.id, at: visit.site, now: now, in: db)
            guard moderator.name == session.moderator.name else { throw PasskeyRefusal.unknown }
            let new = ModeratorToken(.session, randomBytes: self.randomBytes)
            try store.confirm(token, as: new, now: now)
            try Audit.append(
                "session", actor: moderator.name, account: nil, reason: "",
                detail: "confirmed by passkey \(label)", now: now, in: db)
            guard let confirmed = try store.find(new, now: now, isUse: false) else {
                throw ModeratorService.badSession
            }
            return OpenedSession(session: confirmed, token: new.text)
        }
    }

    /// What a page shows a browser's authenticator.
    func challenge(_ purpose: PasskeyChallenge.Purpose, page: String) -> String {
        Base64URL.encode(
            PasskeyChallenge(
                purpose, page: page, ends: clock() + Limits.challengeLifetime, key: key,
                randomBytes: randomBytes
            ).bytes)
    }

    /// Uses up the challenge that came back.
    func use(
        challenge bytes: [UInt8], _ purpose: PasskeyChallenge.Purpose, page: String, now: UnixTime,
        in db: Database
    ) throws {
        let ends = try PasskeyChallenge.check(bytes, purpose, page: page, now: now, key: key)
        try PasskeyStore(db: db).use(challenge: bytes, ends: ends)
    }

    /// Whose passkey signed, and what it is called.
    private func use(
        _ assertion: PasskeyAssertion, _ purpose: PasskeyChallenge.Purpose, page: String,
        at site: PageSite, now: UnixTime, in db: Database
    ) throws -> (Moderator, label: String) {
        let store = PasskeyStore(db: db)
        guard let id = ClientData.bytes(assertion.id), let passkey = try store.find(id),
            let moderator = try ModeratorStore(db: db).find(passkey.name),
            assertion.userHandle == nil
                || assertion.userHandle == Self.userHandle(of: passkey.name)
        else { throw PasskeyRefusal.unknown }
        guard passkey.site == site.host else { throw PasskeyRefusal.otherSite }
        let (client, data) = try assertion.verified(by: passkey.key, at: site)
        try use(challenge: client.challenge, purpose, page: page, now: now, in: db)
        guard try store.use(passkey, count: Int64(data.count), now: now) else {
            throw PasskeyRefusal.copied
        }
        return (moderator, passkey.label)
    }

    /// What authenticators know a moderator by; it tells nobody the name.
    static func userHandle(of name: String) -> String {
        Base64URL.encode(Digest(of: "atelier moderator\n\(name)").bytes)
    }

    /// Counts a step of a login and runs it in one transaction; a refusal is noted in another.
    func noting<Result: Sendable>(
        _ step: String, on visit: Visit, by id: String?,
        _ body: @escaping @Sendable (Database, UnixTime) throws -> Result
    ) async throws -> Result {
        let now = clock()
        try await requests.limiter.countAlone(
            visit.sender.counts(of: "login", limit: Limits.loginsPerMinute), now: now)
        let name = try await database.read { db in
            try id.flatMap { ClientData.bytes($0) }.flatMap {
                try PasskeyStore(db: db).find($0)?.name
            }
        }
        if let name {
            // Of a name that anybody may send nobody is locked out: it is the passkey's.
            let count = Rate.Count(bucket: "login of \(name)", limit: Limits.loginsPerModerator)
            try await requests.limiter.countAlone([count], now: now)
        }
        do {
            return try await database.write { db in try body(db, now) }
        } catch let refusal as PasskeyRefusal {
            try await note(refusal.rawValue, step, name, now)
            throw refusal
        } catch let refusal as ServerError {
            if case .refused(.tokenInvalid, _, _) = refusal {
                try await note("link-ended", step, name, now)
            }
            throw refusal
        }
    }

    /// Notes a refusal, up to a number in a day: nobody fills the log.
    private func note(_ reason: String, _ step: String, _ name: String?, _ now: UnixTime)
        async throws
    {
        try await database.write { db in
            let count = Rate.Count(
                bucket: "refused logins", limit: Limits.notedRefusalsPerDay, window: .day)
            do { try Rate.count([count], now: now, in: db) } catch is RateExcess { return }
            try Audit.append(
                "login refused", actor: CaseStore.server, account: nil, reason: reason,
                detail: name.map { "\(step) of \($0)" } ?? step, now: now, in: db)
        }
    }
}
