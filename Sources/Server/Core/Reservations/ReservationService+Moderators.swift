public import AtelierProtocol

// What moderators do.
extension ReservationService {
    /// Reservations of a state, or all, oldest first, with the requests of holders and the cases
    /// that they are in.
    public func list(_ state: ReservationState? = .pending) throws -> ReservationListing {
        try database.read { db in
            let store = ReservationStore(db: db)
            let records = try store.records(state)
            return ReservationListing(
                reservations: records,
                holders: try HolderStore(db: db).requests(Set(records.compactMap(\.holder))),
                cases: try store.cases(inState: state),
                last: try store.page(after: .max, limit: 1).last)
        }
    }

    /// The reservations of a holder that wait for a moderator, by their numbers.
    public func waiting(ofHolder holder: Int64) throws -> [Int64] {
        try database.read { db in
            try ReservationStore(db: db).records(ofHolder: holder)
                .filter { $0.state == .pending }.map(\.number)
        }
    }

    /// Puts reservations that wait on the list, or refuses them; one that is in force is taken off
    /// the list with words to who made it.
    ///
    /// - Parameters:
    ///   - despite: Cases that go on, or were decided against a reservation, and do not keep it
    ///     from being confirmed.
    ///   - seen: How far the moderator saw them to be; nil where that is not known.
    /// - Throws: ``ServerError`` where the moderator may not decide, one does not wait, or a case
    ///   stands in its way.
    public func decide(
        _ numbers: [Int64], confirming: Bool, text: String, despite: Set<Int64> = [],
        seen: ReservationState? = nil, as name: String
    ) throws {
        guard text.utf8.count <= Limits.moderatorTextBytes,
            text.isEmpty || RightsText.isReadable(text)
        else {
            throw ServerError.invalidValue(
                name: "text",
                reason: "has at most \(Limits.moderatorTextBytes) bytes, and no control characters")
        }
        let now = clock()
        try database.write { db in
            try ModeratorStore(db: db).require(.moderator, name)
            try TimeService.require(now, boot: self.bootTime(), in: db)
            let store = ReservationStore(db: db)
            for number in numbers.sorted() {
                let state = try store.state(of: number)
                guard seen ?? state == state,
                    state == .pending || state == .confirmed && !confirming
                else {
                    throw ServerError.invalidValue(
                        name: "reservation",
                        reason: "\(number) is \(state.rawValue): it does not wait for this decision"
                    )
                }
                guard state == .pending || RightsText.isReadable(text) else {
                    throw ServerError.invalidValue(
                        name: "text",
                        reason: "must tell who reserved why \(number), which is in force, is taken "
                            + "off the list")
                }
                if confirming {
                    try Self.checkCases(of: number, despite: despite, in: db)
                } else {
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

    private static func checkCases(
        of number: Int64, despite: Set<Int64>, in db: Database
    ) throws {
        let obstacles = try ReservationStore(db: db).obstacles(to: number)
            .filter { !despite.contains($0.number) }
        guard !obstacles.isEmpty else { return }
        let cases = obstacles.map(\.line).joined(separator: ", ")
        let options = obstacles.map { "--despite-case \($0.number)" }.joined(separator: " ")
        throw ServerError.invalidValue(
            name: "reservation",
            reason: "\(number) is not for this command alone: \(cases). Decide there, or read it "
                + "(`cases show`) and add \(options)")
    }
}

/// Reservations as moderators list them.
public struct ReservationListing: Codable, Sendable {
    /// Oldest first.
    public let reservations: [ReservationRecord]
    /// The requests of holders, by their rows.
    public let holders: [Int64: HolderRequest]
    /// The cases that reservations are in, by their numbers.
    public let cases: [Int64: [ReservationCase]]
    /// The list's last serial.
    public let last: Int64
}
