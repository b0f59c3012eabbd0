import AtelierProtocol
import Fingerprints
import SignedObjects

/// Inquiries and claims of people without an account.
public struct ClaimService: ServerService {
    let environment: ServiceEnvironment
    let requests: RequestAuthenticator
    let cases: CaseService

    /// Whether a picture is near a registered work: no name, no number, no distance.
    func inquire(_ request: InquiryRequest, _ incoming: IncomingRequest) async throws
        -> InquiryReply
    {
        let limit = Rate.Count(
            bucket: "inquiry \(incoming.sender)", limit: policy.inquiriesPerDay, window: .day)
        guard request.reading.isReliable else {
            try await requests.limiter.countAlone([limit], now: clock())
            return InquiryReply(match: .tooLittleDetail)
        }
        return try await requests.asAnybody(counting: [limit]) { db, now in
            let isNear = try FingerprintStore(db: db).isNear(request.reading)
            return InquiryReply(match: isNear ? .near : .none)
        }
    }

    /// Takes a claim: a case for each near work, or one without a respondent where there is none.
    /// The answer is the same.
    func claim(_ request: ClaimRequest, _ incoming: IncomingRequest) async throws
        -> RightsCodeReply
    {
        let code = RightsCode(checked: randomBytes(RightsCode.byteCount))
        let limit = Rate.Count(
            bucket: "claim \(incoming.sender)", limit: policy.claimsPerDay, window: .day)
        guard request.reading.isReliable else {
            try await requests.limiter.countAlone([limit], now: clock())
            throw ServerError.refused(
                .malformed,
                detail: "The picture has too little detail (quality below 50): unrelated pictures "
                    + "would match it. Send a larger or another one.")
        }
        let accounts = try await requests.asAnybody(counting: [limit]) { db, now in
            guard try CaseStore(db: db).openClaims() < Limits.openClaims else {
                throw ServerError.refused(
                    .limitReached,
                    detail: "Too many claims wait for the moderators. Try again in some days.")
            }
            let store = ClaimStore(db: db)
            let id = try store.add(request, code: code, now: now)
            let opening = CaseOpening(db: db, now: now)
            let isAlone = try opening.compare(
                request.reading, .claim, owner: id, account: nil)
            if isAlone { try opening.openUnmatched(claim: id, statement: request.statement) }
            return opening.accounts
        }
        await cases.deliver(to: accounts)
        return RightsCodeReply(code: code)
    }

    /// A claim by its code.
    func status(_ code: RightsCode) async throws -> ClaimStatus {
        let now = clock()
        return try await database.read { db in try Self.status(code, now: now, in: db) }
    }

    /// Takes what a claimant writes; a withdrawal takes back every case of the claim.
    func act(
        _ act: CaseService.SideAct, _ words: CaseWords, of code: RightsCode,
        _ incoming: IncomingRequest
    ) async throws -> ClaimStatus {
        let limits = ["address \(incoming.sender)", "claim \(code.hash)"].map { whose in
            Rate.Count(
                bucket: "claim letter \(whose)", limit: policy.claimLettersPerDay, window: .day)
        }
        let (status, accounts) = try await requests.asAnybody(counting: limits) { db, now in
            let id = try Self.find(code, in: db)
            let store = CaseStore(db: db)
            let records = try store.records(of: .claim, id)
            var accounts: [AccountID] = []
            if act == .withdraw {
                for history in try store.histories(records)
                where history.machine.allows(.withdraw(.claimant)) {
                    accounts += try self.cases.act(
                        act, words.text, on: history.record.id, side: .claimant, now: now, in: db
                    ).accounts
                }
                try FingerprintStore(db: db).withdraw(.claim, owner: id)
                try ClaimStore(db: db).withdraw(id, now: now)
            } else {
                let record = try Self.chosen(words.number, of: records)
                guard
                    let side = CaseSide.allCases.first(where: {
                        record.party($0)?.kind == .claim
                    })
                else { throw Self.unknown }
                accounts += try self.cases.act(
                    act, words.text, on: record.id, side: side, now: now, in: db
                ).accounts
            }
            return (try Self.status(code, now: now, in: db), accounts)
        }
        await cases.deliver(to: accounts)
        return status
    }

    /// Keeps the picture that a claimant gives, in place of the one before.
    func setPicture(of code: RightsCode, _ incoming: IncomingRequest) async throws {
        guard let kind = ClaimPicture.Kind(incoming.body) else {
            throw ServerError.refused(.malformed, detail: "Send a PNG, JPEG or WebP file.")
        }
        let bytes = incoming.body
        let limit = Rate.Count(
            bucket: "picture \(incoming.sender)", limit: policy.claimsPerDay, window: .day)
        try await requests.asAnybody(counting: [limit]) { db, now in
            let id = try Self.find(code, in: db)
            let store = ClaimStore(db: db)
            guard try !store.summary(id).isWithdrawn else { throw Self.unknown }
            guard try store.pictureBytes() + Int64(bytes.count) <= Limits.claimPictureBytes else {
                throw ServerError.refused(
                    .limitReached,
                    detail: "The server has no room for more pictures. Write where it can be seen.")
            }
            try store.setPicture(bytes, kind, of: id, now: now)
        }
    }

    /// A claimant's picture, for a moderator who looks at the case; for commands.
    ///
    /// - Throws: ``ServerError`` where `name` is no moderator, or the claimant gave none.
    public func picture(ofCase id: Int64, as name: String) throws -> ClaimPicture {
        let now = clock()
        return try database.write { db in
            try Self.picture(ofCase: id, as: name, now: now, in: db)
        }
    }

    /// The same for requests.
    func sentPicture(ofCase id: Int64, as name: String) async throws -> ClaimPicture {
        let now = clock()
        return try await database.write { db in
            try Self.picture(ofCase: id, as: name, now: now, in: db)
        }
    }

    private static func picture(
        ofCase id: Int64, as name: String, now: UnixTime, in db: Database
    ) throws -> ClaimPicture {
        try ModeratorStore(db: db).require(.reviewer, name)
        let record = try CaseStore(db: db).record(id)
        let claim = CaseSide.allCases.compactMap { record.party($0) }.first { $0.kind == .claim }
        guard let claim, let picture = try ClaimStore(db: db).picture(of: claim.id) else {
            throw ServerError.notFound("picture in case \(id)", list: "cases show \(id)")
        }
        try Audit.append(
            "picture seen", actor: name, account: nil, reason: "", detail: "case \(id)",
            now: now, in: db)
        return picture
    }

    /// Every claim, newest first.
    public func list() throws -> [ClaimSummary] {
        try database.read { db in try ClaimStore(db: db).summaries() }
    }

    /// Unknown codes, and what belongs to none.
    static var unknown: ServerError {
        .refused(.notFound, detail: "No claim or reservation has this code. Check it.")
    }

    private static func find(_ code: RightsCode, in db: Database) throws -> Int64 {
        guard let id = try ClaimStore(db: db).find(code) else { throw unknown }
        return id
    }

    private static func chosen(_ number: Int64?, of records: [CaseRecord]) throws -> CaseRecord {
        let fitting = records.filter { number == nil || $0.id == number }
        guard fitting.count == 1, let record = fitting.first else {
            let numbers = records.map { String($0.id) }.joined(separator: ", ")
            throw ServerError.refused(
                .malformed, detail: "Name one of the claim's cases: \(numbers).")
        }
        return record
    }

    private static func status(
        _ code: RightsCode, now: UnixTime, in db: Database
    ) throws -> ClaimStatus {
        let id = try find(code, in: db)
        let store = CaseStore(db: db)
        let claim = try ClaimStore(db: db).summary(id)
        let files = try store.histories(store.records(of: .claim, id)).map { history in
            let isClaimant = history.record.claimant?.kind == .claim
            return try CaseFile(history, for: isClaimant ? .claimant : .respondent, now: now)
        }
        return ClaimStatus(
            opened: claim.opened, hasPicture: claim.pictureBytes != nil, cases: files)
    }
}
