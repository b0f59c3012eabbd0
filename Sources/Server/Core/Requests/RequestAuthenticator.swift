import AtelierProtocol
import CreditLedger
import SignedObjects

/// Authorizes requests: checks proofs, limits and standing, and runs what they ask for in one
/// transaction.
struct RequestAuthenticator: ServerService {
    let environment: ServiceEnvironment
    let limiter: RateLimiter
    private let callers = CallerCache(limit: Limits.cachedCallers)

    init(_ environment: ServiceEnvironment, limiter: RateLimiter) {
        self.environment = environment
        self.limiter = limiter
    }

    /// Runs `body` in one transaction for the device of an account that signed the request.
    ///
    /// - Parameters:
    ///   - incoming: As ``admit(_:as:)`` let it in.
    ///   - questions: Statements that are run with those that let the request in, which costs
    ///     PostgreSQL no round trip more; what they give is in ``Caller/answers``.
    /// - Throws: ``ServerError``; only that it was asked is then written, the nonce not either.
    func authorized<Result: Sendable>(
        _ incoming: IncomingRequest, as kind: RequestKind = .account,
        asking questions: @escaping @Sendable (Caller, UnixTime) -> [SQLStatement] = { _, _ in [] },
        _ body: @escaping @Sendable (Database, Caller, UnixTime) throws -> Result
    ) async throws -> Result {
        let now = clock()
        guard let member = incoming.member else {
            throw ServerError.refused(.proofMissing, detail: "A device has to sign this.")
        }
        let (caller, proof) = (member.caller, member.proof)
        let counts = limiter.counts(of: caller, kind, incoming)
        try limiter.check(counts, now: now)
        do {
            return try await database.write { db in
                var entry = RequestGate.Entry(
                    caller: caller, proof: proof, counts: counts, now: now)
                entry.questions = questions(caller, now)
                return try body(db, try entry.enter(db), now)
            }
        } catch let excess as RateExcess {
            throw limiter.note(excess, now: now)
        } catch is StaleCaller {
            var known = incoming
            callers.forget(caller.device)
            known.member?.caller = try await self.caller(of: caller.device)
            return try await authorized(known, as: kind, asking: questions, body)
        } catch let refusal as ServerError {
            // Its own count went with it.
            try await limiter.countAlone(counts, now: now)
            throw refusal
        }
    }

    /// Checks the header before anything of the body is read: the proof's signature
    /// by a device of an account, its time, what it is for, and limits that are reached. A proof
    /// that does not hold counts as a guest's.
    ///
    /// Whose device it is may be remembered from before; ``authorized(_:as:_:)`` makes sure of it.
    func admit(
        _ incoming: IncomingRequest, as kind: RequestKind
    ) async throws -> IncomingRequest.Member {
        let now = clock()
        try await limiter.sweep(now: now)
        try limiter.check(limiter.networkCounts(of: incoming), now: now)
        return try await countingRefusals(of: incoming, now: now) {
            let claim = try RequestGate.claim(incoming)
            let caller = try await self.caller(of: claim.payload.device)
            let proof = try RequestGate.check(claim, of: incoming, key: caller.deviceKey, now: now)
            try limiter.check(limiter.counts(of: caller, kind, incoming), now: now)
            return IncomingRequest.Member(caller: caller, proof: proof)
        }
    }

    /// Who has `device`, as it was known last or else as it is.
    ///
    /// - Throws: ``ServerError`` where nobody may use it.
    private func caller(of device: DeviceID) async throws -> Caller {
        if let caller = callers[device] { return caller }
        let caller = try await database.read { db in try RequestGate.caller(device, in: db) }
        guard let caller else { throw RequestGate.deviceUnknown }
        if let refusal = caller.state.refusal { throw refusal }
        callers.keep(caller)
        return caller
    }

    /// Checks the body that came after the header against the proof.
    func checkBody(of incoming: IncomingRequest) async throws {
        guard let member = incoming.member else { return }
        try await countingRefusals(of: incoming, now: clock()) {
            try RequestGate.checkBody(of: incoming, proof: member.proof)
        }
    }

    private func countingRefusals<Result>(
        of incoming: IncomingRequest, now: UnixTime, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch let refusal as ServerError {
            if case .refused(.tooMany, _, _) = refusal { throw refusal }
            try await limiter.countAlone(limiter.guestCounts(of: incoming), now: now)
            throw refusal
        }
    }

    /// Runs `body` in one transaction for a sender who signs nothing.
    ///
    /// - Parameter counts: What it counts for, whatever becomes of it.
    func asAnybody<Result: Sendable>(
        counting counts: [Rate.Count],
        _ body: @escaping @Sendable (Database, UnixTime) throws -> Result
    ) async throws -> Result {
        let now = clock()
        if !counts.isEmpty { try await limiter.countAlone(counts, now: now) }
        return try await database.write { db in
            try ClosingService.checkOpen(db)
            return try body(db, now)
        }
    }

    /// Runs `body` in one transaction for a sender who is of no account yet but signed with `key`.
    func asGuest<Result: Sendable>(
        _ incoming: IncomingRequest, key: VerifyingKey,
        _ body: @escaping @Sendable (Database, UnixTime) throws -> Result
    ) async throws -> Result {
        let now = clock()
        let claim = try RequestGate.claim(incoming)
        let proof = try RequestGate.check(claim, of: incoming, key: key, now: now)
        try RequestGate.checkBody(of: incoming, proof: proof)
        do {
            return try await database.write { db in
                try ClosingService.checkOpen(db)
                try RequestGate.take(proof, now: now, in: db)
                return try body(db, now)
            }
        } catch let excess as RateExcess {
            throw limiter.note(excess, now: now)
        }
    }
}
