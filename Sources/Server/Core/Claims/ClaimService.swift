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
        let counts = incoming.sender.counts(
            of: "inquiry", limit: policy.inquiriesPerDay, window: .day,
            by: Self.weight([request.reading]))
        guard request.reading.isReliable else {
            try await requests.limiter.countAlone(counts, now: clock())
            return InquiryReply(match: .tooLittleDetail)
        }
        return try await requests.asAnybody(counting: counts) { db, now in
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
        let counts = incoming.sender.counts(
            of: "claim", limit: policy.claimsPerDay, window: .day,
            by: Self.weight([request.reading]))
        guard request.reading.isReliable else {
            try await requests.limiter.countAlone(counts, now: clock())
            throw ServerError.refused(
                .malformed,
                detail: "The picture has too little detail (quality below 50): unrelated pictures "
                    + "would match it. Send a larger or another one.")
        }
        let accounts = try await requests.asAnybody(counting: counts) { db, now in
            guard try CaseStore(db: db).openClaims() < Limits.openClaims else {
                throw ServerError.refused(
                    .limitReached,
                    detail: "Too many claims wait for the moderators. Try again in some days.")
            }
            let store = ClaimStore(db: db)
            let id = try store.add(request, code: code, now: now)
            let opening = CaseOpening(db: db, now: now)
            let compared = try opening.compare(
                request.reading, .claim, owner: id, account: nil)
            if compared.isAlone {
                try opening.openUnmatched(claim: id, statement: request.statement)
            }
            return opening.accounts
        }
        await cases.deliver(to: accounts)
        return RightsCodeReply(
            code: code, path: "/v1/rights/claims/\(code)",
            text:
                "Keep this code: it is shown once, and nobody can give you another. By GET of the "
                + "path you follow your claim: a moderator reads it, and what you can do and until "
                + "when you can appeal stands there. POST to /answers, /appeals or /withdrawal "
                + "below it writes; PUT to /picture shows moderators your picture.")
    }

    /// A claim by its code, with the cases after a number.
    func status(_ code: RightsCode, after number: Int64) async throws -> ClaimStatus {
        let now = clock()
        return try await database.read { db in
            try self.status(Self.find(code, in: db), after: number, now: now, in: db)
        }
    }

    /// Takes what a claimant writes.
    func act(
        _ act: CaseService.SideAct, _ words: CaseWords, of code: RightsCode,
        _ incoming: IncomingRequest
    ) async throws -> ClaimStatus {
        try await cases.written(by: code, incoming) { db, now in
            let id = try Self.find(code, in: db)
            let accounts = try self.cases(of: id, now: now, in: db).write(act, words)
            let first = words.number.map { $0 - 1 } ?? 0
            return (try self.status(id, after: first, now: now, in: db), accounts)
        }
    }

    /// Takes a claim back with all of its cases, and forgets how the claimant is reached.
    func withdraw(
        _ withdrawal: Withdrawal, of code: RightsCode, _ incoming: IncomingRequest
    ) async throws -> ClaimStatus {
        let status = try await cases.written(by: code, incoming) { db, now in
            let id = try Self.find(code, in: db)
            let accounts = try self.cases(of: id, now: now, in: db)
                .withdraw(withdrawal.text ?? "")
            try FingerprintStore(db: db).withdraw(.claim, owner: id)
            try ClaimStore(db: db).withdraw(id, now: now)
            return (try self.status(id, after: 0, now: now, in: db), accounts)
        }
        await database.emptyLog()
        return status
    }

    /// Keeps the picture that a claimant gives, in place of the one before.
    func setPicture(of code: RightsCode, _ incoming: IncomingRequest) async throws {
        guard let kind = ClaimPicture.Kind(incoming.body) else {
            throw ServerError.refused(.malformed, detail: "Send a PNG, JPEG or WebP file.")
        }
        let bytes = incoming.body
        let counts = incoming.sender.counts(
            of: "picture", limit: policy.claimsPerDay, window: .day)
        try await requests.asAnybody(counting: counts) { db, now in
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
    package func sentPicture(ofCase id: Int64, as name: String) async throws -> ClaimPicture {
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

    /// Every claim with its cases, newest first.
    public func list() throws -> [ClaimWithCases] {
        try database.read { db in
            let claims = try ClaimStore(db: db).summaries()
            let cases = try CaseStore(db: db).ofClaims(claims.map(\.id))
            return claims.map { ClaimWithCases(claim: $0, cases: cases[$0.id] ?? []) }
        }
    }

    /// One claim with its cases.
    ///
    /// - Throws: ``ServerError`` where there is none of that number.
    public func show(_ id: Int64) throws -> ClaimWithCases {
        try database.read { db in
            let claim = try ClaimStore(db: db).summary(id)
            return ClaimWithCases(
                claim: claim, cases: try CaseStore(db: db).ofClaims([id])[id] ?? [])
        }
    }

    /// How many requests one counts for: eight where the hashes of a reading may be of eight
    /// pictures. None is refused for that, as a real picture's could be.
    static func weight(_ readings: [FingerprintReading]) -> Int {
        readings.allSatisfy(\.isCoherent) ? 1 : FingerprintReading.variantCount
    }

    /// Unknown codes, and what belongs to none.
    static var unknown: ServerError {
        .refused(.notFound, detail: "No claim or reservation has this code. Check it.")
    }

    private static func find(_ code: RightsCode, in db: Database) throws -> Int64 {
        guard let id = try ClaimStore(db: db).find(code) else { throw unknown }
        return id
    }

    private func cases(of id: Int64, now: UnixTime, in db: Database) -> CodeCases {
        CodeCases(cases: cases, db: db, now: now, kind: .claim, ids: [id])
    }

    private func status(
        _ id: Int64, after number: Int64, now: UnixTime, in db: Database
    ) throws -> ClaimStatus {
        let claim = try ClaimStore(db: db).summary(id)
        return ClaimStatus(
            opened: claim.opened, hasPicture: claim.pictureBytes != nil,
            cases: try cases(of: id, now: now, in: db).files(after: number))
    }
}
