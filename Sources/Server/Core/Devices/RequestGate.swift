import AtelierProtocol
import CreditLedger
import SignedObjects

/// The device behind a verified proof.
struct Caller: Sendable {
    let account: AccountID
    let accountKey: VerifyingKey
    let device: DeviceID
    let deviceKey: VerifyingKey
    let state: AccountState
    /// What the account's ledger adds up to, read in the transaction of the request.
    var ledger: LedgerRow?
    /// What the statements gave that the request asked for beside, in order.
    var answers: [SQLAnswer] = []

    /// What the account's orders add up to; nobody else's device is in it.
    var standing: Standing { ledger?.standing ?? Standing() }
}

extension ServerCore {
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
        let counts = counts(of: caller, kind, incoming)
        try excesses.check(counts, now: now)
        do {
            return try await database.write { db in
                var entry = RequestGate.Entry(
                    caller: caller, proof: proof, counts: counts, now: now)
                entry.questions = questions(caller, now)
                return try body(db, try entry.enter(db), now)
            }
        } catch let excess as RateExcess {
            throw note(excess, now: now)
        } catch is StaleCaller {
            var known = incoming
            callers.forget(caller.device)
            known.member?.caller = try await self.caller(of: caller.device)
            return try await authorized(known, as: kind, asking: questions, body)
        } catch let refusal as ServerError {
            // Its own count went with it.
            try await countAlone(counts, now: now)
            throw refusal
        }
    }

    /// Checks all that the header tells, before anything of the body is read: the proof's signature
    /// by a device of an account, its time, what it is for, and limits that are reached. A proof
    /// that does not hold counts as a guest's.
    ///
    /// Whose device it is may be remembered from before; ``authorized(_:as:_:)`` makes sure of it.
    func admit(
        _ incoming: IncomingRequest, as kind: RequestKind
    ) async throws -> IncomingRequest.Member {
        let now = clock()
        try await sweeper.sweep(database, now: now)
        try excesses.check(networkCounts(of: incoming), now: now)
        return try await countingRefusals(of: incoming, now: now) {
            let claim = try RequestGate.claim(incoming)
            let caller = try await self.caller(of: claim.payload.device)
            let proof = try RequestGate.check(claim, of: incoming, key: caller.deviceKey, now: now)
            try self.excesses.check(self.counts(of: caller, kind, incoming), now: now)
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
            try await countAlone([guestCount(of: incoming)], now: now)
            throw refusal
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
                try RequestGate.take(proof, now: now, in: db)
                return try body(db, now)
            }
        } catch let excess as RateExcess {
            throw note(excess, now: now)
        }
    }
}

/// Checks the proofs of requests.
enum RequestGate {
    /// What the proof claims, for finding the key to check it with.
    static func claim(_ incoming: IncomingRequest) throws -> JWSClaim<RequestProof> {
        guard let text = incoming.proof else {
            throw ServerError.refused(
                .proofMissing, detail: "Send the header \(RequestProof.headerName).")
        }
        guard text.utf8.count <= Limits.proofBytes,
            let claim = try? JWSClaim<RequestProof>(reading: text)
        else { throw ServerError.refused(.proofInvalid, detail: "The proof cannot be read.") }
        return claim
    }

    /// Checks everything about the proof but the body's digest and whether its nonce is new.
    static func check(
        _ claim: JWSClaim<RequestProof>, of incoming: IncomingRequest, key: VerifyingKey,
        now: UnixTime
    ) throws -> RequestProof {
        try checkPlausible(claim, of: incoming, now: now)
        guard let proof = try? claim.verified(by: key).payload, proof.device == DeviceID(key: key)
        else {
            throw ServerError.refused(.proofInvalid, detail: "The proof's signature does not hold.")
        }
        return proof
    }

    /// Checks what can be checked without a key, which costs little.
    static func checkPlausible(
        _ claim: JWSClaim<RequestProof>, of incoming: IncomingRequest, now: UnixTime
    ) throws {
        let proof = claim.payload
        let (lead, isOver) = proof.time.milliseconds.subtractingReportingOverflow(now.milliseconds)
        guard !isOver, lead.magnitude <= RequestProof.lifetime.wholeMilliseconds.magnitude else {
            throw ServerError.refused(
                .clockWrong,
                detail: "The proof's time is over 60 s from the server's. Correct it and retry.")
        }
        guard proof.method == incoming.method, proof.target == incoming.target else {
            throw ServerError.refused(.proofInvalid, detail: "The proof is of another request.")
        }
    }

    /// Checks that the proof is of this body.
    static func checkBody(of incoming: IncomingRequest, proof: RequestProof) throws {
        guard proof.body == incoming.digest else {
            throw ServerError.refused(.proofInvalid, detail: "The proof is of another request.")
        }
    }

    /// A member's request on its way in.
    struct Entry {
        let caller: Caller
        let proof: RequestProof
        let counts: [Rate.Count]
        let now: UnixTime
        /// What else is asked.
        var questions: [SQLStatement] = []

        /// Locks the account, counts the request, takes its nonce, and makes sure that the device
        /// is the account's still and may ask.
        ///
        /// - Throws: ``RateExcess``, ``ServerError``; ``StaleCaller`` where the caller was
        ///   remembered, and is not so any more.
        func enter(_ db: Database) throws -> Caller {
            let store = LedgerStore(account: caller.account, db: db)
            let lock = db.lockStatements(caller.account)
            let answers = try db.answers(
                to: lock + [
                    Rate.statement(counts, now: now), nonceStatement(proof, now: now),
                    deviceStatement, store.rowStatement(for: caller.device),
                ] + questions
            ).dropFirst(lock.count).map { $0 }
            guard answers.count == 4 + questions.count else {
                throw StoredFormError(column: "answer")
            }
            try Rate.check(counts, answers[0].rows, now: now)
            try checkNonce(answers[1])
            guard let device = answers[2].rows.first else { throw StaleCaller() }
            if let refusal = try device.state().refusal { throw refusal }
            var member = caller
            member.ledger = try answers[3].rows.first.map { try store.row($0, for: caller.device) }
            if case .revoked(let order)? = member.standing.obstacle(for: caller.device, at: now) {
                throw ServerError.refused(
                    .deviceRevoked,
                    detail: "Put out for good (\(order.reason)); the account's others go on.")
            }
            member.answers = Array(answers.dropFirst(4))
            return member
        }

        private var deviceStatement: SQLStatement {
            SQLStatement(
                """
                UPDATE device SET last_seen = ?1 WHERE id = ?2 AND account = ?3
                RETURNING (SELECT state FROM account WHERE id = ?3) AS state
                """,
                [now.milliseconds, caller.device.blob, caller.account.blob])
        }
    }

    /// Takes the nonce, once.
    static func take(_ proof: RequestProof, now: UnixTime, in db: Database) throws {
        try db.answers(to: [nonceStatement(proof, now: now)]).forEach(checkNonce)
    }

    private static func nonceStatement(_ proof: RequestProof, now: UnixTime) -> SQLStatement {
        SQLStatement(
            """
            INSERT INTO nonce (nonce, device, time) VALUES (?1, ?2, ?3)
            ON CONFLICT (nonce, device) DO NOTHING
            """,
            [
                proof.nonce.blob, proof.device.blob,
                max(proof.time.milliseconds, now.milliseconds),
            ])
    }

    private static func checkNonce(_ answer: SQLAnswer) throws {
        guard answer.changes == 1 else {
            throw ServerError.refused(.proofInvalid, detail: "This proof was used before.")
        }
    }

    static var deviceUnknown: ServerError {
        .refused(.deviceUnknown, detail: "No account here has this device. Join first.")
    }

    static func caller(_ device: DeviceID, in db: Database) throws -> Caller? {
        let row = try db.row(
            """
            SELECT device.account, device.device_key, account.account_key, account.state
            FROM device
            JOIN account ON account.id = device.account WHERE device.id = ?1
            """,
            [device.blob])
        return try row.map { row in
            Caller(
                account: try row.fixed("account"), accountKey: try row.fixed("account_key"),
                device: device, deviceKey: try row.fixed("device_key"), state: try row.state())
        }
    }
}
