@_spi(Measuring) import SyncKit

extension SyncKitEngine: ExchangingEngine {
    /// As the protocol says.
    package func exportAll() throws -> ExchangeMessage {
        Self.message(.all, try store.encodedState())
    }

    /// As the protocol says.
    package func exportNew() throws -> ExchangeMessage {
        Self.message(.changes, try store.encodedPending())
    }

    /// As the protocol says.
    package func markExchanged() throws { try store.markExchanged() }

    /// As the protocol says.
    package func apply(_ message: ExchangeMessage) throws {
        try store.merge(encoded: message.parts)
    }

    private static func message(
        _ content: ExchangeMessage.Content, _ batches: [MeasuredBatch]
    ) -> ExchangeMessage {
        ExchangeMessage(content: content, parts: batches.map(\.bytes)) {
            try batches.map { try $0.compressed() }
        }
    }
}
