@_spi(Measuring) import SyncKit

extension SyncKitEngine: ExchangingEngine {
    /// As the protocol says.
    package func exportAll() throws -> ExchangeMessage {
        ExchangeMessage(content: .all, parts: try store.encodedState())
    }

    /// As the protocol says.
    package func exportNew() throws -> ExchangeMessage {
        ExchangeMessage(content: .changes, parts: try store.encodedPending())
    }

    /// As the protocol says.
    package func markExchanged() throws { try store.markExchanged() }

    /// As the protocol says.
    package func apply(_ message: ExchangeMessage) throws {
        try store.merge(encoded: message.parts)
    }
}
