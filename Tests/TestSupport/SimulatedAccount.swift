import SyncKit

/// One account as a ``SimulatedServer`` stores it: a value, so that a backup is a copy.
package struct SimulatedAccount: Sendable {
    struct Tip {
        var number: UInt64
        var hash: [UInt8]
        var sequence: ServerSequence
    }

    struct Device {
        var joined: UInt64
        var seen: UInt64
        /// The highest sequence up to which it had merged everything, nil before its first
        /// pull that counts.
        var held: ServerSequence?
        /// The epoch in which its pulls count.
        var epoch: Int?
    }

    struct Snapshot {
        let manifest: SnapshotManifest
        let started: UInt64
        var chunks: [Int: [UInt8]] = [:]
        var completed: UInt64?
    }

    /// By sequence, from 1; nil where a segment was compacted away.
    private(set) var segments: [SealedSegment?] = []
    /// The mark of each place, by sequence from 1.
    private var historyHashes: [[UInt8]] = []
    /// Rises with each restore, so that no two histories have the same mark at a place.
    private var history: UInt64 = 1
    private(set) var floor = 0
    private(set) var epoch = 1
    /// Up to here the order is the one of earlier epochs.
    private(set) var base = ServerSequence.none
    private(set) var newest: Snapshot?
    var devices: [Int: Device] = [:]
    private var tips: [ReplicaID: Tip] = [:]
    private var uploads: [Snapshot] = []
    private var givenUp: Set<[UInt8]> = []
    private var due: (cursor: Int, since: UInt64)?

    private static let day: UInt64 = 24 * 3600 * 1000
    private static let futureMilliseconds: UInt64 = 5 * 60 * 1000
    private static let unfinishedLimit = 2

    /// An empty account, without devices.
    init() {}

    var head: ServerSequence { ServerSequence(Int64(segments.count)) }

    func state(at now: UInt64) -> ServerState {
        let active = devices.values.filter { device in
            device.seen + 90 * Self.day >= now
                && (device.held != nil || device.joined + 90 * Self.day >= now)
        }
        return ServerState(
            milliseconds: Int64(clamping: now), epoch: epoch, head: head,
            floor: ServerSequence(Int64(floor)),
            horizon: active.map { $0.held ?? .none }.min() ?? .none)
    }

    mutating func join(_ device: Int, at now: UInt64) {
        if devices[device] == nil { devices[device] = Device(joined: now, seen: now) }
    }

    mutating func see(_ device: Int, at now: UInt64) {
        join(device, at: now)
        devices[device]?.seen = now
    }

    /// A pull says what the device has merged, unless it counts in sequences of a lost history.
    mutating func noteHeld(_ sequence: ServerSequence, merged: ServerSequence, by index: Int) {
        guard var device = devices[index], sequence <= head else { return }
        guard device.epoch == epoch || sequence <= base else { return }
        device.held = max(device.held ?? .none, merged)
        device.epoch = epoch
        devices[index] = device
    }

    mutating func push(_ segment: SealedSegment, at now: UInt64) throws -> ServerSequence {
        let header = segment.header
        let tip = tips[header.replica]
        let last = tip?.number ?? 0
        if header.number <= last {
            if let tip, header.number == last, tip.hash == segment.hash { return tip.sequence }
            guard let index = segments.firstIndex(of: segment) else { throw ForkedChain() }
            return ServerSequence(Int64(index + 1))
        }
        let previous = tip?.hash ?? [UInt8](repeating: 0, count: 32)
        guard header.number == last + 1, header.previous == previous else { throw ForkedChain() }
        guard header.highestStamp.milliseconds <= now + Self.futureMilliseconds else {
            throw SimulatedRefusal.fromTheFuture
        }
        append(segment)
        return head
    }

    mutating func append(_ segment: SealedSegment) {
        segments.append(segment)
        historyHashes.append(Self.bytes(history) + Self.bytes(UInt64(segments.count)))
        let header = segment.header
        tips[header.replica] = Tip(number: header.number, hash: segment.hash, sequence: head)
    }

    /// The mark of a place that is not below the floor.
    func historyHash(at sequence: ServerSequence) -> [UInt8]? {
        guard sequence > .none, sequence.rawValue >= floor, sequence <= head else { return nil }
        return historyHashes[Int(sequence.rawValue) - 1]
    }

    /// Whether what came before a place is what it was when that `mark` was given.
    func hasHistory(_ sequence: ServerSequence, historyHash: [UInt8]?) -> Bool {
        guard let historyHash, let known = self.historyHash(at: sequence) else { return true }
        return historyHash == known
    }

    private static func bytes(_ number: UInt64) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    func page(after sequence: ServerSequence, count: Int) -> [SequencedSegment] {
        guard sequence.rawValue >= floor, sequence < head else { return [] }
        let start = Int(sequence.rawValue)
        return segments[start...].prefix(count).enumerated().compactMap { offset, segment in
            segment.map {
                SequencedSegment(sequence: sequence + Int64(offset + 1), bytes: $0.bytes)
            }
        }
    }

    mutating func push(_ chunk: SnapshotChunk, by device: Int, at now: UInt64) throws {
        let manifest = chunk.snapshot
        guard devices[device]?.epoch == epoch else {
            throw SnapshotRefused(reason: "a snapshot before any pull")
        }
        guard
            (.none...head).contains(manifest.cursor), manifest.chunkCount > 0,
            manifest.id.count == 16,
            (0..<manifest.chunkCount).contains(chunk.index),
            (try? SealedSegment(bytes: chunk.bytes)) != nil
        else { throw SnapshotRefused(reason: "a chunk that cannot be") }
        giveUp { $0.started + Self.day < now }
        if let newest, newest.manifest.id == manifest.id {
            return try Self.check(chunk, against: newest)
        }
        if givenUp.contains(manifest.id) { return }
        if let newest, newest.manifest.cursor > manifest.cursor { return }
        var upload = Snapshot(manifest: manifest, started: now)
        if let index = uploads.firstIndex(where: { $0.manifest.id == manifest.id }) {
            try Self.check(chunk, against: uploads[index])
            upload = uploads.remove(at: index)
            upload.chunks[chunk.index] = chunk.bytes
            uploads.insert(upload, at: index)
        } else {
            upload.chunks[chunk.index] = chunk.bytes
            let kept = Set(uploads.suffix(Self.unfinishedLimit - 1).map(\.manifest.id))
            giveUp { !kept.contains($0.manifest.id) }
            uploads.append(upload)
        }
        if upload.chunks.count == manifest.chunkCount { complete(upload, at: now) }
    }

    private mutating func complete(_ upload: Snapshot, at now: UInt64) {
        if let newest { givenUp.insert(newest.manifest.id) }
        newest = upload
        newest?.completed = now
        uploads.removeAll { $0.manifest.id == upload.manifest.id }
        giveUp { $0.manifest.cursor < upload.manifest.cursor }
        if due.map({ $0.cursor <= floor }) ?? true {
            due = (Int(upload.manifest.cursor.rawValue), now)
        }
    }

    private mutating func giveUp(_ isGivenUp: (Snapshot) -> Bool) {
        givenUp.formUnion(uploads.filter(isGivenUp).map(\.manifest.id))
        uploads.removeAll(where: isGivenUp)
    }

    /// A newer snapshot does not put off what is due already, as on the real server.
    mutating func compact(now: UInt64, grace: UInt64, limit: Int?) {
        if let newest, let completed = newest.completed, due.map({ $0.cursor <= floor }) ?? true {
            due = (Int(newest.manifest.cursor.rawValue), completed)
        }
        guard let due, due.cursor > floor, due.since + grace <= now else { return }
        let end = min(due.cursor, limit.map { floor + $0 } ?? due.cursor)
        for index in floor..<end { segments[index] = nil }
        floor = end
    }

    /// Becomes `backup`; devices that came later are let in anew.
    mutating func become(_ backup: Self, raisingEpoch: Bool, at now: UInt64) {
        let (last, histories) = (epoch, max(history, backup.history))
        let known = devices.keys
        self = backup
        history = histories + 1
        for device in known.sorted() { join(device, at: now) }
        guard raisingEpoch else { return }
        epoch = max(last, epoch) + 1
        base = head
    }

    private static func check(_ chunk: SnapshotChunk, against known: Snapshot) throws {
        guard
            known.manifest == chunk.snapshot,
            known.chunks[chunk.index].map({ $0 == chunk.bytes }) ?? true
        else { throw SnapshotRefused(reason: "another chunk or count under the same id") }
    }
}
