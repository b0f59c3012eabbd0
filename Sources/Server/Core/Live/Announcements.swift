import SignedObjects
import Synchronization

/// Accounts that other instances have not been told of yet.
final class Announcements: Sendable {
    private let accounts = Mutex<Set<AccountID>>([])

    /// Notes that something of `account` changed.
    func add(_ account: AccountID) {
        _ = accounts.withLock { $0.insert(account) }
    }

    /// Takes them all.
    func take() -> Set<AccountID> {
        accounts.withLock { accounts in
            defer { accounts = [] }
            return accounts
        }
    }
}
