import AtelierProtocol
import Fingerprints
import Foundation
import SignedObjects

/// Opens cases inside the transaction that finds the reason for them.
///
/// Not `Sendable`: it lives as long as one transaction does.
final class CaseOpening {
    let db: Database
    let now: UnixTime
    /// The accounts that have new letters, which are delivered after the transaction.
    private(set) var accounts: [AccountID] = []

    init(db: Database, now: UnixTime) {
        (self.db, self.now) = (db, now)
    }

    /// What a new fingerprint is near to.
    struct Comparison {
        /// Whether nobody else's registration, reservation or claim is near.
        var isAlone = true
        /// Whether something near keeps a reservation from being in force before a moderator looks.
        var isContested = false
    }

    /// Stores a fingerprint and compares it with all others; a case is opened for each match that
    /// needs one.
    func compare(
        _ reading: FingerprintReading, _ kind: FingerprintKind, owner: Int64,
        account: AccountID?
    ) throws -> Comparison {
        let matches = try FingerprintStore(db: db).add(
            reading, kind: kind, owner: owner, account: account)
        var found = Comparison()
        for match in matches {
            guard let pair = try pair(match) else { continue }
            found.isAlone = false
            try open(pair)
            if try isInTheWay(pair) { found.isContested = true }
        }
        return found
    }

    /// Two that stand against each other.
    private struct Pair {
        let kind: CaseKind
        let claimant, respondent: CaseParty
        let distance: Int
        let ground: String
    }

    /// The two of a match; nil where they do not stand against each other.
    ///
    /// A reservation of an account's registered work stands for the registration: the two of them
    /// and a third work make one case. Two reservations need none, nor do two claims, nor a claim
    /// and a reservation of one person.
    private func pair(_ match: FingerprintMatch) throws -> Pair? {
        let (first, second) = match.entries
        if let account = first.account, account == second.account { return nil }
        guard let one = try party(first), let other = try party(second) else { return nil }
        let kinds = [one.kind, other.kind]
        let isClaim = kinds.contains(.claim)
        guard kinds.contains(.registration) || isClaim && kinds.contains(.reservation) else {
            return nil
        }
        let (claimant, respondent) = Self.ordered(one, other)
        if isClaim, try isOnePerson(claimant, respondent) { return nil }
        let kind: CaseKind = isClaim ? .claim : .match
        return Pair(
            kind: kind, claimant: claimant, respondent: respondent, distance: match.distance,
            ground: try ground(kind, claimant, respondent))
    }

    /// Opens the case of a pair, unless there is, or was, one.
    private func open(_ pair: Pair) throws {
        // These two have enough to be looked at; what is decided about them is of all their works.
        if let one = pair.claimant.account, let other = pair.respondent.account,
            try CaseStore(db: db).hasOpenMatches(Limits.openMatches, between: one, and: other)
        {
            return
        }
        var opening = CaseStore.Opening(
            kind: pair.kind, ground: pair.ground, claimant: pair.claimant,
            respondent: pair.respondent, distance: pair.distance)
        if pair.claimant.kind == .claim {
            opening.statement = try ClaimStore(db: db).summary(pair.claimant.id).statement
            opening.statementBy = .claimant
            opening.isQuiet = try isQuiet(against: pair.respondent)
        }
        try open(opening)
    }

    /// Whether a claim is by the holder of a reservation, who left the same contact.
    private func isOnePerson(_ claim: CaseParty, _ reservation: CaseParty) throws -> Bool {
        guard reservation.kind == .reservation, reservation.account == nil,
            let holder = try ReservationStore(db: db).record(reservation.id).holder,
            let request = try HolderStore(db: db).requests([holder])[holder]
        else { return false }
        func plain(_ contact: String) -> String {
            contact.trimmingCharacters(in: .whitespacesAndNewlines).lowercased()
        }
        let contact = plain(request.contact)
        return try !contact.isEmpty
            && plain(ClaimStore(db: db).summary(claim.id).contact) == contact
    }

    /// Whether a pair keeps a reservation of one of them waiting. A claim costs nothing: it does
    /// only while it waits for a moderator and has something to show, a picture or a link, or once
    /// it was decided for the claimant.
    private func isInTheWay(_ pair: Pair) throws -> Bool {
        guard pair.kind == .claim else { return true }
        guard let number = try CaseStore(db: db).find(pair.ground) else { return false }
        let (summary, act) = try CaseStore(db: db).row(number)
        switch (summary.state, act) {
        case (.final, nil), (_, .dismiss): return false
        case (.open, _), (.waiting, _):
            let claim = try ClaimStore(db: db).summary(pair.claimant.id)
            return claim.pictureBytes != nil || !claim.links.isEmpty
        default: return true
        }
    }

    /// Opens the case of a claim that is near nobody's work.
    func openUnmatched(claim id: Int64, statement: String) throws {
        let party = CaseParty(kind: .claim, id: id, account: nil, work: nil, since: now)
        try open(
            CaseStore.Opening(
                kind: .claim, ground: CaseStore.Opening.ground(.claim, party), claimant: party,
                statement: statement, statementBy: .claimant))
    }

    /// Opens the case of a reservation that an account says is wrong.
    ///
    /// - Returns: Its number, or that of the one there is.
    func contest(
        _ number: Int64, by account: AccountID, text: String
    ) throws -> (number: Int64, isNew: Bool) {
        let reservation: ReservationRecord
        do {
            reservation = try ReservationStore(db: db).record(number)
        } catch ServerError.notFound {
            throw Self.nothingToContest
        }
        guard [.pending, .confirmed].contains(reservation.state), reservation.account != account
        else { throw Self.nothingToContest }
        let claimant = CaseParty(
            kind: .account, id: 0, account: account, work: nil, since: now)
        let respondent = Self.party(reservation)
        let ground = CaseStore.Opening.ground(.contest, claimant, respondent)
        let opening = CaseStore.Opening(
            kind: .contest, ground: ground, claimant: claimant, respondent: respondent,
            statement: text, statementBy: .claimant)
        if let id = try open(opening) { return (id, true) }
        guard let known = try CaseStore(db: db).find(ground) else {
            throw StoredFormError(column: "ground")
        }
        return (known, false)
    }

    @discardableResult
    private func open(_ opening: CaseStore.Opening) throws -> Int64? {
        guard let id = try CaseStore(db: db).open(opening, now: now) else { return nil }
        let told = opening.isQuiet ? [opening.claimant] : [opening.claimant, opening.respondent]
        accounts += told.compactMap { $0?.account }
        return id
    }

    /// What a fingerprint stands for; nil where that is not in force any more.
    private func party(_ entry: FingerprintMatch.Entry) throws -> CaseParty? {
        switch entry.kind {
        case .registration:
            guard let account = entry.account,
                let work = try RegistrationStore(db: db).work(row: entry.owner)
            else { return nil }
            return CaseParty(
                kind: .registration, id: entry.owner, account: account, work: work.work,
                since: work.registered)
        case .reservation:
            let record = try ReservationStore(db: db).record(entry.owner)
            guard [.pending, .confirmed].contains(record.state) else { return nil }
            return Self.party(record)
        case .claim:
            let claim = try ClaimStore(db: db).summary(entry.owner)
            guard !claim.isWithdrawn else { return nil }
            return CaseParty(
                kind: .claim, id: claim.id, account: nil, work: nil, since: claim.opened)
        }
    }

    private static func party(_ record: ReservationRecord) -> CaseParty {
        CaseParty(
            kind: .reservation, id: record.number, account: record.account, work: record.work,
            since: record.requested)
    }

    /// Who claims a right comes first: a claim, then a reservation, then who registered first.
    private static func ordered(
        _ one: CaseParty, _ other: CaseParty
    ) -> (claimant: CaseParty, respondent: CaseParty) {
        let order: [CaseParty.Kind] = [.claim, .reservation, .registration, .account]
        func rank(_ party: CaseParty) -> (Int, UnixTime, Int64) {
            (order.firstIndex(of: party.kind) ?? order.count, party.since, party.id)
        }
        return rank(one) < rank(other) ? (one, other) : (other, one)
    }

    private func ground(
        _ kind: CaseKind, _ one: CaseParty, _ other: CaseParty
    ) throws -> String {
        try CaseStore.Opening.ground(kind, standIn(one), standIn(other))
    }

    /// The registration that an account's reservation stands for.
    private func standIn(_ party: CaseParty) throws -> CaseParty {
        guard party.kind == .reservation, let account = party.account, let work = party.work,
            let registered = try RegistrationStore(db: db).work(work, of: account)
        else { return party }
        return CaseParty(
            kind: .registration, id: registered.row, account: account, work: work,
            since: registered.registered)
    }

    /// Whether the respondent hears of a claim only when a moderator asks: where many are open
    /// against the account, or one against the same work was dismissed before. So nobody is
    /// pestered by claims that lead to nothing.
    private func isQuiet(against respondent: CaseParty) throws -> Bool {
        guard let account = respondent.account else { return false }
        let store = CaseStore(db: db)
        return try store.hasOpenClaims(Limits.toldClaims, against: account)
            || store.hasDismissedClaim(against: respondent)
    }

    private static var nothingToContest: ServerError {
        .refused(
            .notFound, detail: "No reservation of somebody else has this number, or it has ended.")
    }
}
