package import AtelierProtocol
package import SignedObjects

/// Which reservations a page of the console shows.
package struct ReservationSearch: Sendable {
    /// Only those that are so far. Those that wait come oldest first, others newest first.
    package var state: ReservationState
    /// Only those of an account.
    package var account: AccountID?
    /// Only those of one request of a holder without an account.
    package var holder: Int64?

    /// Those of a state.
    package init(
        _ state: ReservationState = .pending, account: AccountID? = nil, holder: Int64? = nil
    ) {
        (self.state, self.account, self.holder) = (state, account, holder)
    }
}

/// A part of the reservations of a search.
package struct ReservationPart: Sendable {
    /// The reservations, with the requests and cases that they are in.
    package let listing: ReservationListing
    /// The number after which to go on; nil where there is no more.
    package let next: Int64?
    /// How many reservations wait for a moderator, whatever the search is.
    package let waiting: Int
}

/// A reservation that somebody thinks of deciding about.
package struct ReservationPreview: Sendable {
    /// The reservation as it is now.
    package let record: ReservationRecord
    /// The request of a holder that it belongs to.
    package let holder: HolderRequest?
    /// Every case that it is in.
    package let cases: [ReservationCase]
    /// Those of them that keep it from being confirmed without a further look.
    package let obstacles: [ReservationCase]
}

extension ReservationService {
    /// A part of what fits a search.
    ///
    /// - Parameters:
    ///   - number: The number after which to begin; nil: at the beginning.
    ///   - size: The most reservations.
    package func search(
        _ search: ReservationSearch, after number: Int64?, size: Int
    ) async throws -> ReservationPart {
        try await database.read { db in
            let store = ReservationStore(db: db)
            let found = try store.records(search, after: number, limit: size + 1)
            let records = Array(found.prefix(size))
            return ReservationPart(
                listing: ReservationListing(
                    reservations: records,
                    holders: try HolderStore(db: db).requests(Set(records.compactMap(\.holder))),
                    cases: try store.cases(of: records.map(\.number)),
                    last: try store.page(after: .max, limit: 1).last),
                next: found.count > size ? records.last?.number : nil,
                waiting: try store.pendingCount())
        }
    }

    /// What a moderator reads before a decision about some reservations; changes nothing.
    ///
    /// - Throws: ``ServerError`` where one of them is not there.
    package func preview(_ numbers: Set<Int64>) async throws -> [ReservationPreview] {
        try await database.read { db in
            let store = ReservationStore(db: db)
            let records = try numbers.sorted().map { try store.record($0) }
            let holders = try HolderStore(db: db).requests(Set(records.compactMap(\.holder)))
            let cases = try store.cases(of: records.map(\.number))
            return try records.map { record in
                let known = cases[record.number] ?? []
                return ReservationPreview(
                    record: record, holder: record.holder.flatMap { holders[$0] }, cases: known,
                    obstacles: known.isEmpty ? [] : try store.obstacles(to: record.number))
            }
        }
    }
}

extension ReservationStore {
    /// Those of a search after a number. Each condition has an index in the order that is shown.
    func records(
        _ search: ReservationSearch, after number: Int64?, limit: Int
    ) throws -> [ReservationRecord] {
        let isUpward = search.state == .pending
        var conditions = ["state = ?1", isUpward ? "number > ?2" : "number < ?2"]
        var arguments: [any SQLConvertible] = [
            search.state.rawValue, number ?? (isUpward ? 0 : Int64.max),
        ]
        func add(_ column: String, _ value: any SQLConvertible) {
            arguments.append(value)
            conditions.append("\(column) = ?\(arguments.count)")
        }
        if let account = search.account { add("account", account.blob) }
        if let holder = search.holder { add("holder", holder) }
        arguments.append(limit)
        return try db.rows(
            """
            SELECT * FROM reservation WHERE \(conditions.joined(separator: " AND "))
            ORDER BY number \(isUpward ? "ASC" : "DESC") LIMIT ?\(arguments.count)
            """,
            arguments
        ).map(ReservationRecord.init)
    }
}
