import GRDB
import SyncKit

extension SyncKitEngine: ExchangingEngine {
    package func exportAll() async throws -> ExchangeMessage {
        try await push(.all)
    }

    package func exportNew() async throws -> ExchangeMessage {
        try await push(.changes)
    }

    // The store knows by itself what the server has.
    package func markExchanged() {}

    package func apply(_ message: ExchangeMessage) async throws {
        // What was pushed lies at the relay: the parts are the same segments.
        relay.showsSegments = true
        _ = try await synchronizer().run(pushes: false)
    }

    package func concurrentRead() -> (@Sendable () throws -> Void)? {
        { [store] in
            _ = try store.read { db in
                try Row.fetchOne(db, sql: "SELECT * FROM works ORDER BY rowid DESC LIMIT 1")
            }
        }
    }

    private func push(_ content: ExchangeMessage.Content) async throws -> ExchangeMessage {
        // Only sealing is measured here; what the other replica pushed is pulled when it is applied.
        relay.showsSegments = false
        let known = relay.segments.count
        _ = try await synchronizer().run()
        let parts = Array(relay.segments[known...])
        return ExchangeMessage(content: content, parts: parts, isFinal: true)
    }

    private func synchronizer() -> Synchronizer {
        guard let keys = LibraryKeys([1: [UInt8](repeating: 1, count: 32)]) else {
            preconditionFailure("the key has 32 bytes")
        }
        return Synchronizer(
            store: store, transport: relay, keys: keys, account: [UInt8](repeating: 0, count: 16))
    }
}
