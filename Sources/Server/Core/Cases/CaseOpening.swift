import Fingerprints
import SignedObjects

/// Compares fingerprints inside the transaction that stores them.
///
/// Not `Sendable`: it lives as long as one transaction does.
final class CaseOpening {
    let db: Database
    let now: UnixTime
    /// The accounts that have news.
    private(set) var accounts: [AccountID] = []

    init(db: Database, now: UnixTime) {
        (self.db, self.now) = (db, now)
    }

    /// Stores a fingerprint and compares it with all others.
    ///
    /// - Returns: Whether nobody else's registration, reservation or claim is near.
    func compare(
        _ reading: FingerprintReading, _ kind: FingerprintKind, owner: Int64, account: AccountID?
    ) throws -> Bool {
        try FingerprintStore(db: db).add(reading, kind: kind, owner: owner, account: account)
            .isEmpty
    }
}
