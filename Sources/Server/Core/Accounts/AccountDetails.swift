import AtelierProtocol
package import SignedObjects

/// An account as its page shows it.
package struct AccountDetails: Sendable {
    /// A device of the account.
    package struct Device: Sendable {
        /// The name that it gave itself.
        package let name: String
        /// When its last request came.
        package let lastSeen: UnixTime
        /// Whether it was revoked.
        package let isRevoked: Bool
    }

    /// What a list shows of it.
    package let summary: AccountSummary
    /// First joined first.
    package let devices: [Device]
    /// Works that are registered now.
    package let works: Int
    /// Models that are registered now.
    package let models: Int
    /// Reservations that are in force or wait.
    package let reservations: Int
    /// Cases that were decided against it, and are not taken back.
    package let strikes: Int
    /// The cases that it is a side of, the ended ones too.
    package let cases: [CaseSummary]
}

/// A page of the list of accounts.
package struct AccountList: Sendable {
    /// First opened first.
    package let accounts: [AccountSummary]
    /// How many there are in all.
    package let total: Int
    /// How many of all wait for approval.
    package let waiting: Int
    /// Whether more come after these.
    package let hasMore: Bool
}

extension AccountService {
    /// A page of the accounts whose id begins with `search`, or with a device named so.
    ///
    /// - Parameters:
    ///   - waiting: Whether only those are listed that wait for approval.
    ///   - number: From 0.
    package func page(
        search: String, waiting: Bool, number: Int, size: Int
    ) throws -> AccountList {
        let now = clock()
        let range = HexPrefix(search, of: AccountID.self)
        return try database.read { db in
            let store = AccountStore(db: db)
            let ids = try store.ids(
                in: range, orNamed: search, waiting: waiting, skipping: number * size,
                limit: size + 1)
            return AccountList(
                accounts: try ids.prefix(size).map { try self.summary(of: $0, now: now, in: db) },
                total: try store.count(), waiting: try store.count(waiting: true),
                hasMore: ids.count > size)
        }
    }

    /// What the page of an account shows.
    ///
    /// - Throws: ``ServerError`` where there is no such account.
    package func details(of account: AccountID) throws -> AccountDetails {
        let now = clock()
        let all = try cases.list(CaseFilter(all: true, account: account))
        return try database.read { db in
            let accounts = AccountStore(db: db)
            let registered = try RegistrationStore(db: db).counts(of: account)
            return AccountDetails(
                summary: try self.summary(of: account, now: now, in: db),
                devices: try accounts.devices(of: account).map {
                    AccountDetails.Device(
                        name: $0.name, lastSeen: $0.lastSeen, isRevoked: $0.isRevoked)
                },
                works: registered.works, models: registered.models,
                reservations: try ReservationStore(db: db).count(of: account),
                strikes: try Self.strikes(all, against: account, in: db), cases: all)
        }
    }

    /// How many decisions in force were made against an account.
    private static func strikes(
        _ cases: [CaseSummary], against account: AccountID, in db: Database
    ) throws -> Int {
        let against: Set<CaseAct> = [
            .warn, .withholdWork, .withholdModel, .requireRetrain, .refuseReservation, .suspend,
        ]
        let decided = cases.filter { $0.act.map(against.contains) ?? false }
        return try CaseStore(db: db).histories(decided.map(\.record)).count { history in
            history.decision?.side.flatMap { history.record.party($0)?.account } == account
        }
    }
}
