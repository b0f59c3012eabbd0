import AtelierProtocol
import Fingerprints
import SignedObjects

// What rights holders without an account ask, by a code as claims have one.
extension ReservationService {
    /// Takes a holder's request; a moderator confirms it.
    func request(
        _ request: HolderReservationRequest, _ incoming: IncomingRequest
    ) async throws -> RightsCodeReply {
        let code = RightsCode(checked: randomBytes(RightsCode.byteCount))
        guard request.pictures.allSatisfy(\.isReliable) else {
            throw ServerError.refused(
                .malformed,
                detail: "A picture has too little detail (quality below 50): unrelated pictures "
                    + "would match it. Leave it out.")
        }
        let accounts = try await requests.asAnybody(
            counting: incoming.sender.counts(
                of: "holder", limit: policy.holderRequestsPerDay, window: .day,
                by: ClaimService.weight(request.pictures))
        ) { db, now in
            let store = ReservationStore(db: db)
            guard try store.pendingCount() + request.pictures.count <= Limits.pendingReservations
            else {
                throw ServerError.refused(
                    .limitReached,
                    detail: "Too many reservations wait for the moderators. Try again in some days."
                )
            }
            let holder = try HolderStore(db: db).add(request, code: code, now: now)
            let opening = CaseOpening(db: db, now: now)
            for reading in request.pictures {
                let number = try store.add(
                    ReservationStore.Draft(reading: reading, holder: holder), now: now)
                _ = try opening.compare(reading, .reservation, owner: number, account: nil)
            }
            try Audit.append(
                "reservation reserve", actor: "holder \(holder)", account: nil, reason: "",
                detail: "\(request.pictures.count) pictures", now: now, in: db)
            return opening.accounts
        }
        await cases.deliver(to: accounts)
        return RightsCodeReply(
            code: code, path: "/v1/rights/reservations/\(code)",
            text:
                "Keep this code: it is shown once, and nobody can give you another. By GET of the "
                + "path you follow your reservations: a moderator confirms them, and cases about "
                + "them stand there. POST to /answers, /appeals or /withdrawal below it writes.")
    }

    /// A holder's reservations by their code, with the cases after a number.
    func reservations(
        of code: RightsCode, after number: Int64
    ) async throws -> HolderReservations {
        let now = clock()
        return try await database.read { db in
            try self.reservations(of: Self.find(code, in: db), after: number, now: now, in: db)
        }
    }

    /// Takes what a holder writes in cases about their reservations.
    func act(
        _ act: CaseService.SideAct, _ words: CaseWords, of code: RightsCode,
        _ incoming: IncomingRequest
    ) async throws -> HolderReservations {
        try await cases.written(by: code, incoming) { db, now in
            let holder = try Self.find(code, in: db)
            let records = try ReservationStore(db: db).records(ofHolder: holder)
            let accounts = try self.cases(of: records, now: now, in: db).write(act, words)
            let first = words.number.map { $0 - 1 } ?? 0
            return (
                try self.reservations(of: holder, after: first, now: now, in: db), accounts
            )
        }
    }

    /// Ends a holder's reservations, with the cases in which nothing is decided about them yet.
    func withdraw(
        _ withdrawal: Withdrawal, of code: RightsCode, _ incoming: IncomingRequest
    ) async throws -> HolderReservations {
        let text = withdrawal.text ?? ""
        let reply = try await cases.written(by: code, incoming) { db, now in
            let holder = try Self.find(code, in: db)
            let records = try ReservationStore(db: db).records(ofHolder: holder)
            var accounts: [AccountID] = []
            for record in records {
                accounts += try self.cases.end(
                    reservation: record.number, text: text, now: now, in: db)
            }
            // And those about what was refused before.
            accounts += try self.cases(of: records, now: now, in: db).withdraw(text)
            try HolderStore(db: db).forgetContact(holder)
            try Audit.append(
                "reservation withdraw", actor: "holder", account: nil, reason: "", detail: "",
                now: now, in: db)
            return (try self.reservations(of: holder, after: 0, now: now, in: db), accounts)
        }
        await database.emptyLog()
        return reply
    }

    private func cases(
        of records: [ReservationRecord], now: UnixTime, in db: Database
    ) -> CodeCases {
        CodeCases(
            cases: cases, db: db, now: now, kind: .reservation, ids: records.map(\.number))
    }

    private func reservations(
        of holder: Int64, after number: Int64, now: UnixTime, in db: Database
    ) throws -> HolderReservations {
        let records = try ReservationStore(db: db).records(ofHolder: holder)
        return HolderReservations(
            entries: records.map {
                HolderReservations.Entry(
                    number: $0.number, fingerprint: $0.fingerprint, state: $0.state,
                    text: $0.words)
            }, cases: try cases(of: records, now: now, in: db).files(after: number))
    }

    private static func find(_ code: RightsCode, in db: Database) throws -> Int64 {
        guard let holder = try HolderStore(db: db).find(code) else { throw ClaimService.unknown }
        return holder
    }
}
