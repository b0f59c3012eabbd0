import AtelierProtocol
import Fingerprints
import SignedObjects

/// One account's reservations inside one transaction.
///
/// Not `Sendable`: it lives as long as one transaction does.
final class ReservationWork {
    let db: Database
    let now: UnixTime
    let account: AccountID
    let cases: CaseService
    private let opening: CaseOpening
    private var told: [AccountID] = []
    /// How many reservations the account may still have; nil before the first is asked for.
    private var room: Int?

    init(db: Database, now: UnixTime, account: AccountID, cases: CaseService) {
        (self.db, self.now, self.account, self.cases) = (db, now, account, cases)
        opening = CaseOpening(db: db, now: now)
    }

    /// The accounts that have new letters.
    var accounts: [AccountID] { opening.accounts + told }

    /// Reserves a registered work.
    func reserve(_ work: Digest) throws -> ReservationReply.Entry {
        let store = ReservationStore(db: db)
        if let known = try store.find(work, of: account) {
            switch known.state {
            case .pending, .confirmed, .refused: return entry(known, of: work)
            case .withdrawn: break
            }
        }
        guard let registered = try RegistrationStore(db: db).work(work, of: account) else {
            return entry(work, nil, nil, .notRegistered)
        }
        guard registered.basis == .mine else { return entry(work, nil, nil, .notOwn) }
        guard registered.reading.isReliable else {
            return entry(work, nil, nil, .tooLittleDetail)
        }
        guard try store.hasRoom() else { return entry(work, nil, nil, .listFull) }
        let left = try room ?? Limits.reservationsPerAccount - store.count(of: account)
        guard left > 0 else { return entry(work, nil, nil, .accountFull) }
        room = left - 1
        let number: Int64
        if let known = try store.find(work, of: account) {
            number = known.number
            try store.set(.pending, number, words: "", now: now)
        } else {
            number = try store.add(
                ReservationStore.Draft(
                    reading: registered.reading, account: account, work: work), now: now)
        }
        let isFree = try !opening.compare(
            registered.reading, .reservation, owner: number, account: account
        ).isContested
        // Another copy of what a moderator has refused waits for a moderator, too.
        let wasRefused = try store.refused(of: account).contains {
            registered.reading.distance(to: $0) <= Fingerprint.matchDistance
        }
        if isFree, !wasRefused { try store.set(.confirmed, number, words: "", now: now) }
        return entry(work, number, isFree && !wasRefused ? .confirmed : .pending)
    }

    /// Ends a reservation.
    func withdraw(_ work: Digest) throws -> ReservationReply.Entry {
        let store = ReservationStore(db: db)
        guard let known = try store.find(work, of: account) else {
            return entry(work, nil, nil, .notRegistered)
        }
        guard known.state != .refused else { return entry(known, of: work) }
        told += try cases.end(reservation: known.number, text: "", now: now, in: db)
        return entry(work, known.number, .withdrawn)
    }

    /// How a reservation stands, with what a moderator wrote about it; changes nothing.
    func status(_ work: Digest) throws -> ReservationReply.Entry {
        guard let known = try ReservationStore(db: db).find(work, of: account) else {
            return entry(work, nil, nil)
        }
        return entry(known, of: work)
    }

    private func entry(_ known: ReservationRecord, of work: Digest) -> ReservationReply.Entry {
        ReservationReply.Entry(
            work: work, number: known.number, state: known.state,
            refusal: known.state == .refused ? .refused : nil, text: known.words)
    }

    private func entry(
        _ work: Digest, _ number: Int64?, _ state: ReservationState?,
        _ refusal: ReservationReply.Entry.Refusal? = nil
    ) -> ReservationReply.Entry {
        ReservationReply.Entry(work: work, number: number, state: state, refusal: refusal)
    }
}
