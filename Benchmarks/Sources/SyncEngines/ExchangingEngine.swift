/// An engine that can bring another replica up to date, in the form before compression and sealing.
package protocol ExchangingEngine: SyncEngine {
    /// Everything that an empty replica needs.
    func exportAll() throws -> ExchangeMessage

    /// What was changed here since ``markExchanged()``.
    func exportNew() throws -> ExchangeMessage

    /// The other side has everything up to now.
    func markExchanged() throws

    /// Takes a message of the other replica.
    func apply(_ message: ExchangeMessage) throws
}
