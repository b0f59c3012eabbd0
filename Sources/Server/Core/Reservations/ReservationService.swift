public import AtelierProtocol
import CreditLedger
import Fingerprints
import SignedObjects

/// Reservations: asked for by artists and rights holders, confirmed by moderators, read by every
/// client as a signed list.
public struct ReservationService: ServerService {
    let environment: ServiceEnvironment
    let requests: RequestAuthenticator
    let cases: CaseService

    /// Reserves works of the account, or ends that.
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
            try Self.count(
                request.works.count, of: "reservation \(caller.account)",
                self.policy.reservationsPerDay, now: now, in: db)
            let work = ReservationWork(db: db, now: now, account: caller.account)
            let entries = try request.works.map { digest in
                request.act == .reserve ? try work.reserve(digest) : try work.withdraw(digest)
            }
            try Audit.append(
                "reservation \(request.act.rawValue)", actor: "device \(caller.device)",
                account: caller.account, reason: "",
                detail: entries.compactMap(\.number).map(String.init).joined(separator: " "),
                now: now, in: db)
            return (ReservationReply(entries: entries), work.touched.accounts)
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
            let id = try opening.contest(number, by: caller.account, text: request.text)
            return (id, opening.accounts)
        }
        await cases.deliver(to: accounts)
        return CaseNumber(number: id)
    }

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
            counting: [
                Rate.Count(
                    bucket: "holder \(incoming.sender)", limit: policy.holderRequestsPerDay,
                    window: .day)
            ]
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
        return RightsCodeReply(code: code)
    }

    /// A holder's reservations by their code.
    func reservations(of code: RightsCode) async throws -> HolderReservations {
        try await database.read { db in try Self.reservations(of: code, in: db) }
    }

    /// Ends a holder's reservations.
    func withdraw(_ code: RightsCode) async throws -> HolderReservations {
        try await requests.asAnybody(counting: []) { db, now in
            let store = ReservationStore(db: db)
            for entry in try Self.reservations(of: code, in: db).entries
            where [.pending, .confirmed].contains(entry.state) {
                try FingerprintStore(db: db).withdraw(.reservation, owner: entry.number)
                try store.set(.withdrawn, entry.number, words: "", now: now)
            }
            if let holder = try HolderStore(db: db).find(code) {
                try HolderStore(db: db).forgetContact(holder)
            }
            try Audit.append(
                "reservation withdraw", actor: "holder", account: nil, reason: "", detail: "",
                now: now, in: db)
            return try Self.reservations(of: code, in: db)
        }
    }

    private static func reservations(
        of code: RightsCode, in db: Database
    ) throws -> HolderReservations {
        guard let holder = try HolderStore(db: db).find(code) else { throw ClaimService.unknown }
        return HolderReservations(
            entries: try ReservationStore(db: db).records(ofHolder: holder).map {
                HolderReservations.Entry(
                    number: $0.number, fingerprint: $0.fingerprint, state: $0.state,
                    text: $0.words)
            })
    }

    /// Counts `many` at once of something that has a limit a day.
    static func count(
        _ many: Int, of bucket: String, _ limit: Int, now: UnixTime, in db: Database
    ) throws {
        try Rate.count(
            [Rate.Count(bucket: bucket, limit: limit, window: .day, by: many)], now: now, in: db)
    }
}

// What moderators do.
extension ReservationService {
    /// Reservations of a state, or all, oldest first, with the requests of holders.
    public func list(_ state: ReservationState? = .pending) throws -> ReservationListing {
        try database.read { db in
            let records = try ReservationStore(db: db).records(state)
            return ReservationListing(
                reservations: records,
                holders: try HolderStore(db: db).requests(Set(records.compactMap(\.holder))),
                last: try ReservationStore(db: db).page(after: .max, limit: 1).last)
        }
    }

    /// Puts reservations that wait on the list, or refuses them; one that is in force is taken off
    /// the list with words to who made it.
    ///
    /// - Throws: ``ServerError`` where the moderator may not decide, or one does not wait.
    public func decide(
        _ numbers: [Int64], confirming: Bool, text: String, as name: String
    ) throws {
        guard text.utf8.count <= Limits.moderatorTextBytes else {
            throw ServerError.invalidValue(
                name: "text", reason: "has at most \(Limits.moderatorTextBytes) bytes")
        }
        let now = clock()
        try database.write { db in
            try ModeratorStore(db: db).require(.moderator, name)
            try TimeService.require(now, boot: self.bootTime(), in: db)
            let store = ReservationStore(db: db)
            for number in numbers.sorted() {
                let state = try store.state(of: number)
                guard state == .pending || state == .confirmed && !confirming else {
                    throw ServerError.invalidValue(
                        name: "reservation",
                        reason: "\(number) is \(state.rawValue): it does not wait for a decision")
                }
                guard state == .pending || RightsText.isReadable(text) else {
                    throw ServerError.invalidValue(
                        name: "text",
                        reason: "must tell who reserved why \(number), which is in force, is taken "
                            + "off the list")
                }
                if !confirming {
                    try FingerprintStore(db: db).withdraw(.reservation, owner: number)
                }
                try store.set(
                    confirming ? .confirmed : .refused, number, words: text, now: now)
            }
            try Audit.append(
                confirming ? "reservation confirmed" : "reservation refused", actor: name,
                account: nil, reason: "",
                detail: numbers.map(String.init).joined(separator: " "), now: now, in: db)
        }
        environment.announceToEverybody()
    }
}

/// Reservations as moderators list them.
public struct ReservationListing: Codable, Sendable {
    /// Oldest first.
    public let reservations: [ReservationRecord]
    /// The requests of holders, by their rows.
    public let holders: [Int64: HolderRequest]
    /// The list's last serial.
    public let last: Int64
}
