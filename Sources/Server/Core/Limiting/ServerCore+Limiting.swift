import AtelierProtocol
import SignedObjects

extension ServerCore {
    /// What a request of a member counts for: its account by kind, its device, its address.
    func counts(of caller: Caller, _ kind: RequestKind, _ incoming: IncomingRequest) -> [Rate.Count]
    {
        [
            Rate.Count(
                bucket: "\(kind.rawValue) \(caller.account)", limit: kind.limit(by: policy)),
            Rate.Count(bucket: "device \(caller.device)", limit: policy.deviceRequestsPerMinute),
        ] + networkCounts(of: incoming)
    }

    /// What any request counts for at its address.
    func networkCounts(of incoming: IncomingRequest) -> [Rate.Count] {
        // This machine is whoever runs the server, or a proxy that was not named as one.
        guard let network = incoming.sender.network, !network.isLoopback else { return [] }
        return [
            Rate.Count(bucket: "network \(network)", limit: policy.addressRequestsPerMinute)
        ]
    }

    /// What a request counts for that no account stands for.
    func guestCount(of incoming: IncomingRequest) -> Rate.Count {
        Rate.Count(
            bucket: "guest \(incoming.sender)", limit: policy.guestRequestsPerMinute)
    }

    /// Counts a request without an account, whatever becomes of it.
    func countGuest(_ incoming: IncomingRequest) async throws {
        let now = clock()
        try await sweeper.sweep(database, now: now)
        try await countAlone([guestCount(of: incoming)], now: now)
    }

    /// Counts in a transaction of its own, which no refusal undoes.
    func countAlone(_ counts: [Rate.Count], now: UnixTime) async throws {
        try excesses.check(counts, now: now)
        do {
            try await database.write { db in try Rate.count(counts, now: now, in: db) }
        } catch let excess as RateExcess {
            throw note(excess, now: now)
        }
    }

    /// Keeps `excess` in mind, and says what its sender is told.
    func note(_ excess: RateExcess, now: UnixTime) -> ServerError {
        excesses.note(excess, now: now)
        return excess.refusal
    }
}
