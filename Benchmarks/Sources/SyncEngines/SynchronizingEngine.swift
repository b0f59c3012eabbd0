/// An engine that syncs with a server by itself: sealed segments, snapshots and all.
package protocol SynchronizingEngine: SyncEngine {
    /// Pulls what is new in the account and pushes what is new here.
    func synchronize(through account: AccountRelay) async throws

    /// How many rows hold what the server does not have yet.
    func pendingChangeCount() throws -> Int

    /// A read of one row that may run on another thread while this one writes.
    func concurrentRead() -> @Sendable () throws -> Void
}
