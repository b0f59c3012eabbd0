public import GRDB

extension SyncStore {
    /// The result of a query, now and again after every change to what it read.
    ///
    /// Told of are the writes of this store and what an exchange merges. What another process
    /// writes is told of at the next write or exchange here: no process is woken by another one.
    /// One change may bring the same value twice; changes that come faster than they are taken are
    /// told of by the newest value alone. The observation ends when its task is cancelled or the
    /// iterator goes, and throws what `fetch` throws.
    ///
    /// - Parameter fetch: Reads from a consistent snapshot, away from the caller's thread.
    /// - Returns: The values; each iteration begins anew with the present one.
    public func observe<Value: Sendable>(
        _ fetch: @escaping @Sendable (Database) throws -> Value
    ) -> some AsyncSequence<Value, any Error> & Sendable {
        ValueObservation.tracking(fetch).values(in: pool, bufferingPolicy: .bufferingNewest(1))
    }
}
