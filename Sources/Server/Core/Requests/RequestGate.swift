import AtelierProtocol
import CreditLedger
import SignedObjects

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
                    detail:
                        "The device was revoked for good (\(order.reason)); "
                        + "the account's others go on."
                )
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
