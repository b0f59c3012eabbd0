import AtelierProtocol
import CreditLedger
import Fingerprints
import SignedObjects

/// Reservations: asked for by artists and rights holders, confirmed by moderators, read by every
/// client as a signed list.
public struct ReservationService: ServerService {
    let environment: ServiceEnvironment
    let requests: RequestAuthenticator
    let cases: CaseService

    /// Reserves works of the account, ends that, or says how it stands.
    ///
    /// A registered work of the account's own that is near nobody else's is in force at once; one
    /// that is near another's waits for a moderator, and opens a case.
    func request(
        _ submission: ReservationSubmission, _ incoming: IncomingRequest
    ) async throws -> ReservationReply {
        let (reply, accounts) = try await requests.authorized(incoming) { db, caller, now in
            guard
                let request = try? JWS<ReservationRequest>(
                    verifying: submission.request, with: caller.deviceKey
                ).payload, request.account == caller.account, request.device == caller.device
            else {
                throw ServerError.refused(
                    .malformed, detail: "The reservation is not signed by this device.")
            }
            if request.act == .reserve {
                try SegmentService.checkStanding(of: caller, now: now)
            }
            let work = ReservationWork(
                db: db, now: now, account: caller.account, cases: self.cases)
            if request.act == .status {
                let entries = try request.works.map(work.status)
                return (ReservationReply(entries: entries), work.accounts)
            }
            try Self.count(
                request.works.count, of: "reservation \(caller.account)",
                self.policy.reservationsPerDay, now: now, in: db)
            let entries = try request.works.map { digest in
                request.act == .reserve ? try work.reserve(digest) : try work.withdraw(digest)
            }
            try Audit.append(
                "reservation \(request.act.rawValue)", actor: "device \(caller.device)",
                account: caller.account, reason: "",
                detail: entries.compactMap(\.number).map(String.init).joined(separator: " "),
                now: now, in: db)
            return (ReservationReply(entries: entries), work.accounts)
        }
        await cases.deliver(to: accounts)
        return reply
    }

    /// A page of the list, signed.
    func page(after serial: Int64, _ incoming: IncomingRequest) async throws -> ReservationPage {
        try await requests.authorized(incoming) { db, caller, now in
            let page = try ReservationStore(db: db).page(after: serial)
            let head = ReservationListHead(
                after: serial, through: page.through, last: page.last,
                epoch: try EpochCheckpoint.Reading(of: db).epoch,
                entries: ReservationPage.digest(of: page.entries), time: now)
            return ReservationPage(
                head: try JWS(signing: head, with: self.key), entries: page.entries)
        }
    }

    /// Opens a case about a reservation that an account says is wrong.
    func contest(
        _ number: Int64, _ request: ContestRequest, _ incoming: IncomingRequest
    ) async throws -> CaseNumber {
        let (id, accounts) = try await requests.authorized(incoming) { db, caller, now in
            try Self.count(
                1, of: "contest \(caller.account)", self.policy.contestsPerDay, now: now, in: db)
            let opening = CaseOpening(db: db, now: now)
            let (id, isNew) = try opening.contest(
                number, by: caller.account, text: request.text)
            let more =
                isNew ? [] : try self.contestAgain(id, request.text, caller, now: now, in: db)
            return (id, opening.accounts + more)
        }
        await cases.deliver(to: accounts)
        return CaseNumber(number: id)
    }

    /// Adds the words of a second contest to the case of the first, unless they stand there.
    private func contestAgain(
        _ id: Int64, _ text: String, _ caller: Caller, now: UnixTime, in db: Database
    ) throws -> [AccountID] {
        let history = try CaseStore(db: db).history(id)
        let own = history.events.last { $0.actor == CaseSide.claimant.rawValue }
        guard own?.text != text else { return [] }
        guard history.machine.allows(.answer(.claimant)) else {
            throw ServerError.refused(
                .caseState,
                detail: "You contested this reservation in case \(id), which is "
                    + "\(history.machine.state.rawValue): these words were not kept. What you can "
                    + "do there: atelier cases show \(id)")
        }
        return try cases.act(.answer, text, on: id, side: .claimant, now: now, in: db).accounts
    }

    /// Counts `many` at once of something that has a limit a day.
    static func count(
        _ many: Int, of bucket: String, _ limit: Int, now: UnixTime, in db: Database
    ) throws {
        try Rate.count(
            [Rate.Count(bucket: bucket, limit: limit, window: .day, by: many)], now: now, in: db)
    }
}
