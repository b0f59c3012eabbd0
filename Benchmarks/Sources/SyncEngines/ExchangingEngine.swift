/// An engine that can bring another replica up to date.
package protocol ExchangingEngine: SyncEngine {
    /// Everything that an empty replica needs.
    func exportAll() async throws -> ExchangeMessage

    /// What was changed here since ``markExchanged()``.
    func exportNew() async throws -> ExchangeMessage

    /// The other side has everything up to now.
    func markExchanged() throws

    /// Takes a message of the other replica.
    func apply(_ message: ExchangeMessage) async throws

    /// A read of one row that may run on another thread while this one writes; nothing where the
    /// engine has only one connection.
    func concurrentRead() -> (@Sendable () throws -> Void)?
}

extension ExchangingEngine {
    /// Most engines have one connection.
    package func concurrentRead() -> (@Sendable () throws -> Void)? { nil }
}
