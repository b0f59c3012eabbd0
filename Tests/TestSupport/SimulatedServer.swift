import Synchronization
package import SyncKit

/// What a transport throws when the simulated network loses something.
package struct SimulatedLoss: Error {
    /// Loses something.
    package init() {}
}

/// Why the simulated server takes something never, or not yet, as the real one would not.
package enum SimulatedRefusal: Error, Equatable {
    /// A change is dated over five minutes ahead of server time.
    case fromTheFuture
}

/// A server in memory that orders one account's segments, over a network that loses questions and
/// answers as a seed says. It keeps chains, snapshots, floor, horizon and epoch as the real one
/// does.
///
/// The server itself is the transport of device 0. Replicas that share it count as one device, so
/// where the horizon matters each needs its own ``transport(for:)``.
package final class SimulatedServer: Transport {
    fileprivate struct Network {
        var generator: SeededGenerator
        var lossOneIn: Int?
    }

    fileprivate struct State {
        var network: Network
        var account: SimulatedAccount
        var isSuspended = false
        var tellsSuspension = false
        /// How far the server's clock is ahead of the true time.
        var clockError: UInt64 = 0
    }

    private let state: Mutex<State>
    private let time: SimulatedTime

    /// An empty server.
    package init(time: SimulatedTime, seed: UInt64) {
        self.time = time
        state = Mutex(
            State(
                network: Network(generator: SeededGenerator(seed: seed)),
                account: SimulatedAccount()))
    }

    /// Loses one question or answer in `odds`; nil loses none.
    package func lose(oneIn odds: Int?) {
        state.withLock { $0.network.lossOneIn = odds }
    }

    /// Refuses writes from now on, or takes them again.
    ///
    /// - Parameter telling: Whether pulls say so.
    package func setSuspended(_ isSuspended: Bool, telling: Bool = false) {
        state.withLock { ($0.isSuspended, $0.tellsSuspension) = (isSuspended, telling) }
    }

    /// Whether the account may only read.
    package var isSuspended: Bool { state.withLock { $0.isSuspended } }

    /// Sets the server's clock ahead of the true time by `milliseconds`.
    package func setClock(ahead milliseconds: UInt64) {
        state.withLock { $0.clockError = milliseconds }
    }

    /// The segments in order that were not compacted away.
    package var segments: [SealedSegment] {
        state.withLock { $0.account.segments.dropFirst($0.account.floor).compactMap(\.self) }
    }

    /// What every answer tells at this moment.
    package var serverState: ServerState { state.withLock { $0.account.state(at: time.now) } }

    /// Stores a segment as if its sender had pushed it, without any check.
    package func inject(_ segment: SealedSegment) {
        state.withLock { $0.account.append(segment) }
    }

    /// The way of one device, which counts for the horizon from now on.
    package func transport(for device: Int) -> SimulatedDevice {
        state.withLock { $0.account.join(device, at: time.now) }
        return SimulatedDevice(server: self, index: device)
    }

    /// Takes a device out of the account: it no longer holds the horizon back.
    package func revoke(_ device: Int) {
        state.withLock { $0.account.devices[device] = nil }
    }

    /// Takes away what the newest snapshot holds, once that is `grace` milliseconds old.
    ///
    /// - Parameter limit: The most segments of one step; nil takes all.
    package func compact(keepingGrace grace: UInt64, atMost limit: Int? = nil) {
        state.withLock { $0.account.compact(now: time.now, grace: grace, limit: limit) }
    }

    /// Everything that is stored now, for ``restore(to:raisingEpoch:)``.
    package func backup() -> SimulatedAccount { state.withLock { $0.account } }

    /// Rolls everything back to `backup`. Without a new epoch it is as if the operator had restored
    /// the whole folder and told nobody.
    package func restore(to backup: SimulatedAccount, raisingEpoch: Bool = true) {
        state.withLock { $0.account.become(backup, raisingEpoch: raisingEpoch, at: time.now) }
    }

    /// Loses everything; the devices are let in again at once.
    package func wipe(raisingEpoch: Bool = true) {
        restore(to: SimulatedAccount(), raisingEpoch: raisingEpoch)
    }

    package func push(_ segment: SealedSegment) async throws -> PushAcknowledgement {
        try push(segment, by: 0)
    }

    package func pull(_ request: PullRequest) async throws -> PulledPage {
        try pull(request, by: 0)
    }

    package func push(_ chunk: SnapshotChunk) async throws { try push(chunk, by: 0) }

    package func newestSnapshot() async throws -> SnapshotManifest? { try newestSnapshot(by: 0) }

    package func chunk(_ index: Int, of snapshot: SnapshotManifest) async throws -> [UInt8] {
        try chunk(index, of: snapshot, by: 0)
    }
}

/// One device's way to a ``SimulatedServer``.
package struct SimulatedDevice: Transport {
    fileprivate let server: SimulatedServer
    fileprivate let index: Int

    package func push(_ segment: SealedSegment) async throws -> PushAcknowledgement {
        try server.push(segment, by: index)
    }

    package func pull(_ request: PullRequest) async throws -> PulledPage {
        try server.pull(request, by: index)
    }

    package func push(_ chunk: SnapshotChunk) async throws { try server.push(chunk, by: index) }

    package func newestSnapshot() async throws -> SnapshotManifest? {
        try server.newestSnapshot(by: index)
    }

    package func chunk(_ index: Int, of snapshot: SnapshotManifest) async throws -> [UInt8] {
        try server.chunk(index, of: snapshot, by: self.index)
    }
}

extension SimulatedServer {
    fileprivate func push(_ segment: SealedSegment, by device: Int) throws -> PushAcknowledgement {
        try exchange(by: device, writes: true) { account, _, now in
            let sequence = try account.push(segment, at: now)
            account.see(device, at: now)
            return PushAcknowledgement(
                sequence: sequence, historyHash: account.historyHash(at: sequence),
                server: account.state(at: now))
        }
    }

    fileprivate func pull(_ request: PullRequest, by device: Int) throws -> PulledPage {
        let sequence = request.sequence
        let refuses = state.withLock { $0.isSuspended && $0.tellsSuspension }
        return try exchange(by: device) { account, network, now in
            account.see(device, at: now)
            var server = account.state(at: now)
            server.acceptsWrites = !refuses
            guard account.hasHistory(sequence, historyHash: request.historyHash) else {
                return PulledPage(
                    segments: [], historyHash: account.historyHash(at: sequence),
                    isOtherHistory: true, server: server)
            }
            account.noteHeld(sequence, merged: request.mergedSequence, by: device)
            let page = account.page(after: sequence, count: 1 + network.generator.below(4))
            // What was just held may have raised the horizon.
            server.horizon = account.state(at: now).horizon
            return PulledPage(
                segments: page,
                historyHash: account.historyHash(at: page.last?.sequence ?? sequence),
                server: server)
        }
    }

    fileprivate func push(_ chunk: SnapshotChunk, by device: Int) throws {
        try exchange(by: device, writes: true) { account, _, now in
            try account.push(chunk, by: device, at: now)
            account.see(device, at: now)
        }
    }

    fileprivate func newestSnapshot(by device: Int) throws -> SnapshotManifest? {
        try exchange(by: device) { account, _, now in
            if account.newest != nil { account.see(device, at: now) }
            return account.newest?.manifest
        }
    }

    fileprivate func chunk(
        _ index: Int, of snapshot: SnapshotManifest, by device: Int
    ) throws -> [UInt8] {
        try exchange(by: device) { account, _, now in
            guard
                let newest = account.newest, newest.manifest.id == snapshot.id,
                let bytes = newest.chunks[index]
            else { throw SnapshotGone() }
            account.see(device, at: now)
            return bytes
        }
    }

    /// One question and its answer, either of which may be lost.
    private func exchange<Answer>(
        by device: Int, writes: Bool = false,
        _ body: (inout SimulatedAccount, inout Network, UInt64) throws -> Answer
    ) throws -> Answer {
        try state.withLock { state in
            try state.network.mayLose()
            let now = time.now + state.clockError
            state.account.join(device, at: now)
            if writes, state.isSuspended { throw WritingRefused() }
            let answer = try body(&state.account, &state.network, now)
            try state.network.mayLose()
            return answer
        }
    }
}

extension SimulatedServer.Network {
    fileprivate mutating func mayLose() throws {
        if let odds = lossOneIn, generator.oneIn(odds) { throw SimulatedLoss() }
    }
}
