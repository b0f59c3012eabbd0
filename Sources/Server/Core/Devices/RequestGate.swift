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

    /// What the account's orders add up to; nobody else's device is in it.
    var standing: Standing { ledger?.standing ?? Standing() }
}

extension ServerCore {
    /// Runs `body` in one transaction for the device of an account that signed the request.
    ///
    /// - Parameter incoming: As ``admit(_:as:)`` let it in.
    /// - Throws: ``ServerError``; only that it was asked is then written, the nonce not either.
    func authorized<Result: Sendable>(
        _ incoming: IncomingRequest, as kind: RequestKind = .account,
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
            return try await transact(for: caller, proof, counts, now: now, body)
        } catch let excess as RateExcess {
            throw note(excess, now: now)
        } catch let refusal as ServerError {
            // Its own count went with it.
            try await countAlone(counts, now: now)
            throw refusal
        }
    }

    /// Checks all that the header tells, before anything of the body is read: the proof's signature
    /// by a device of an account, its time, what it is for, and limits that are reached. A proof
    /// that does not hold counts as a guest's.
    func admit(
        _ incoming: IncomingRequest, as kind: RequestKind
    ) async throws -> IncomingRequest.Member {
        let now = clock()
        try await sweeper.sweep(database, now: now)
        try excesses.check(networkCounts(of: incoming), now: now)
        return try await countingRefusals(of: incoming, now: now) {
            let claim = try RequestGate.unverified(incoming)
            let caller = try await self.database.read { db in
                try RequestGate.caller(claim.device, in: db)
            }
            guard let caller else {
                throw ServerError.refused(
                    .deviceUnknown, detail: "No account here has this device. Join first.")
            }
            let proof = try RequestGate.check(incoming, key: caller.deviceKey, now: now)
            if let refusal = caller.state.refusal { throw refusal }
            try self.excesses.check(self.counts(of: caller, kind, incoming), now: now)
            return IncomingRequest.Member(caller: caller, proof: proof)
        }
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

    private func transact<Result: Sendable>(
        for caller: Caller, _ proof: RequestProof, _ counts: [Rate.Count], now: UnixTime,
        _ body: @escaping @Sendable (Database, Caller, UnixTime) throws -> Result
    ) async throws -> Result {
        try await database.write { db in
            try db.lock(caller.account)
            try Rate.count(counts, now: now, in: db)
            try RequestGate.take(proof, now: now, in: db)
            let store = LedgerStore(account: caller.account, db: db)
            let ledger = try store.row(for: caller.device)
            if case .revoked(let order)? = ledger?.standing.obstacle(for: caller.device, at: now) {
                throw ServerError.refused(
                    .deviceRevoked,
                    detail: "Put out for good (\(order.reason)); the account's others go on.")
            }
            try db.execute(
                "UPDATE device SET last_seen = ?1 WHERE id = ?2",
                [now.milliseconds, caller.device.blob])
            var member = caller
            member.ledger = ledger
            return try body(db, member, now)
        }
    }

    /// Runs `body` in one transaction for a sender who is of no account yet but signed with `key`.
    func asGuest<Result: Sendable>(
        _ incoming: IncomingRequest, key: VerifyingKey,
        _ body: @escaping @Sendable (Database, UnixTime) throws -> Result
    ) async throws -> Result {
        let now = clock()
        let proof = try RequestGate.check(incoming, key: key, now: now)
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
    static func unverified(_ incoming: IncomingRequest) throws -> RequestProof {
        guard let text = incoming.proof else {
            throw ServerError.refused(
                .proofMissing, detail: "Send the header \(RequestProof.headerName).")
        }
        guard text.utf8.count <= Limits.proofBytes,
            let claim = try? JWS<RequestProof>.unverifiedPayload(of: text)
        else { throw ServerError.refused(.proofInvalid, detail: "The proof cannot be read.") }
        return claim
    }

    /// Checks everything about the proof but the body's digest and whether its nonce is new.
    static func check(
        _ incoming: IncomingRequest, key: VerifyingKey, now: UnixTime
    ) throws -> RequestProof {
        _ = try plausible(incoming, now: now)
        guard
            let proof = try? JWS<RequestProof>(verifying: incoming.proof ?? "", with: key).payload,
            proof.device == DeviceID(key: key)
        else {
            throw ServerError.refused(.proofInvalid, detail: "The proof's signature does not hold.")
        }
        return proof
    }

    /// Checks what can be checked without a key, which costs little.
    static func plausible(_ incoming: IncomingRequest, now: UnixTime) throws -> RequestProof {
        let proof = try unverified(incoming)
        let (lead, isOver) = proof.time.milliseconds.subtractingReportingOverflow(now.milliseconds)
        guard !isOver, lead.magnitude <= RequestProof.lifetime.wholeMilliseconds.magnitude else {
            throw ServerError.refused(
                .clockWrong,
                detail: "The proof's time is over 60 s from the server's. Correct it and retry.")
        }
        guard proof.method == incoming.method, proof.target == incoming.target else {
            throw ServerError.refused(.proofInvalid, detail: "The proof is of another request.")
        }
        return proof
    }

    /// Checks that the proof is of this body.
    static func checkBody(of incoming: IncomingRequest, proof: RequestProof) throws {
        guard proof.body == incoming.digest else {
            throw ServerError.refused(.proofInvalid, detail: "The proof is of another request.")
        }
    }

    /// Takes the nonce, once.
    static func take(_ proof: RequestProof, now: UnixTime, in db: Database) throws {
        let count = try db.execute(
            """
            INSERT INTO nonce (nonce, device, time) VALUES (?1, ?2, ?3)
            ON CONFLICT (nonce, device) DO NOTHING
            """,
            [
                proof.nonce.blob, proof.device.blob,
                max(proof.time.milliseconds, now.milliseconds),
            ])
        guard count == 1 else {
            throw ServerError.refused(.proofInvalid, detail: "This proof was used before.")
        }
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
