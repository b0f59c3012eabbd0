import GRDB
import SyncKit

extension SyncKitEngine: SynchronizingEngine {
    /// As the protocol says.
    package func synchronize(through account: AccountRelay) async throws {
        guard let keys = LibraryKeys([1: [UInt8](repeating: 1, count: 32)]) else {
            preconditionFailure("the key has 32 bytes")
        }
        let name = [UInt8](repeating: 0, count: 16)
        let synchronizer = Synchronizer(
            store: store, transport: account, keys: keys, account: name)
        _ = try await synchronizer.run()
    }

    /// As the protocol says.
    package func pendingChangeCount() throws -> Int { try store.pendingChangeCount() }

    /// As the protocol says.
    package func concurrentRead() -> @Sendable () throws -> Void {
        { [store] in
            _ = try store.read { db in
                try Row.fetchOne(db, sql: "SELECT * FROM works ORDER BY rowid DESC LIMIT 1")
            }
        }
    }
}
