@_spi(Measuring) import SyncKit

extension SyncKitEngine: ExchangingEngine {
    package func exportAll() throws -> ExchangeMessage {
        ExchangeMessage(content: .all, parts: try store.encodedState())
    }

    package func exportNew() throws -> ExchangeMessage {
        ExchangeMessage(content: .changes, parts: try store.encodedPending())
    }

    package func markExchanged() throws { try store.markExchanged() }

    package func apply(_ message: ExchangeMessage) throws {
        try store.merge(encoded: message.parts)
    }
}
