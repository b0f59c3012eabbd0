/// One file of a ``SimulatedDisk``: what programs see, and what a power cut may leave of it.
///
/// Guarded by the disk's lock.
final class DiskFile {
    /// The unit in which a real disk keeps or loses what was not synced.
    static let sectorBytes = 512

    private enum Operation {
        case write(offset: Int, bytes: [UInt8])
        case truncate(size: Int)
    }

    /// What programs see.
    private(set) var contents: [UInt8]
    /// What was there at the last sync.
    private var durable: [UInt8]
    /// What was done since.
    private var unsynced: [Operation] = []
    /// Whether the file's name would survive a power cut.
    var hasDurableName = false
    /// Everybody who has it open.
    var handles: [DiskHandle] = []
    /// The write-ahead log's index, while somebody has it mapped.
    var sharedMemory: SharedMemory?

    init(durable: [UInt8] = [], hasDurableName: Bool = false) {
        contents = durable
        self.durable = durable
        self.hasDurableName = hasDurableName
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        Self.write(bytes, at: offset, to: &contents)
        unsynced.append(.write(offset: offset, bytes: Array(bytes)))
    }

    func truncate(to size: Int) {
        Self.resize(&contents, to: size)
        unsynced.append(.truncate(size: size))
    }

    func sync() {
        for operation in unsynced {
            switch operation {
            case .write(let offset, let bytes):
                bytes.withUnsafeBytes { Self.write($0, at: offset, to: &durable) }
            case .truncate(let size): Self.resize(&durable, to: size)
            }
        }
        unsynced.removeAll(keepingCapacity: true)
    }

    /// What a power cut leaves: of each sector its state before some unsynced operation, the
    /// file's size likewise.
    ///
    /// A sector holds what it held at one moment, as a page cache writes it; so nothing outside
    /// of a write's own range is damaged by it. A truncation happens whole or not at all, and
    /// nothing that came after it survives without it, as file systems keep both in their journal.
    func survivors(_ generator: inout SeededGenerator) -> [UInt8] {
        let count = unsynced.count
        guard count > 0 else { return durable }
        let cuts = Cuts(operations: count, generator: &generator)
        var result = durable
        replaying: for (index, operation) in unsynced.enumerated() {
            switch operation {
            case .write(let offset, let bytes):
                replay(index, bytes, at: offset, cuts, on: &result)
            case .truncate(let size):
                guard index < cuts.ofSize else { break replaying }
                if size < result.count { Self.resize(&result, to: size) }
            }
        }
        Self.resize(&result, to: size(after: cuts.ofSize))
        return result
    }

    private func size(after cut: Int) -> Int {
        unsynced.prefix(cut).reduce(durable.count) { size, operation in
            switch operation {
            case .write(let offset, let bytes): max(size, offset + bytes.count)
            case .truncate(let size): size
            }
        }
    }

    private func replay(
        _ index: Int, _ bytes: [UInt8], at offset: Int, _ cuts: Cuts, on result: inout [UInt8]
    ) {
        var start = offset
        while start < offset + bytes.count {
            let sector = start / Self.sectorBytes
            let end = min(offset + bytes.count, (sector + 1) * Self.sectorBytes)
            if index < cuts.of(sector: sector) {
                bytes[(start - offset)..<(end - offset)]
                    .withUnsafeBytes { Self.write($0, at: start, to: &result) }
            }
            start = end
        }
    }

    private static func write(
        _ bytes: UnsafeRawBufferPointer, at offset: Int, to target: inout [UInt8]
    ) {
        let end = offset + bytes.count
        if target.count == offset { return target.append(contentsOf: bytes) }
        if target.count < end { resize(&target, to: end) }
        target.withUnsafeMutableBytes { buffer in
            UnsafeMutableRawBufferPointer(rebasing: buffer[offset..<end]).copyMemory(from: bytes)
        }
    }

    private static func resize(_ bytes: inout [UInt8], to size: Int) {
        if size < bytes.count {
            bytes.removeLast(bytes.count - size)
        } else {
            bytes += [UInt8](repeating: 0, count: size - bytes.count)
        }
    }
}

/// For each sector, how many of the unsynced operations reached it before the power went.
private struct Cuts {
    private enum Mode: Int, CaseIterable {
        /// Nothing was written back.
        case nothing
        /// Everything was.
        case everything
        /// The operations up to one moment were, in order.
        case inOrder
        /// Each sector has its own moment: torn and reordered writes.
        case bySector
        /// Each page of 4096 bytes has its own moment.
        case byPage
    }

    private let mode: Mode
    private let operations: Int
    private let seed: UInt64
    let ofSize: Int

    init(operations: Int, generator: inout SeededGenerator) {
        let mode = Mode(rawValue: generator.below(Mode.allCases.count)) ?? .nothing
        self.mode = mode
        self.operations = operations
        seed = generator.next()
        ofSize =
            switch mode {
            case .nothing: 0
            case .everything: operations
            case .inOrder: Self.cut(seed, operations)
            case .bySector, .byPage: generator.below(operations + 1)
            }
    }

    func of(sector: Int) -> Int {
        switch mode {
        case .nothing: 0
        case .everything: operations
        case .inOrder: ofSize
        case .bySector: Self.cut(seed ^ UInt64(sector), operations)
        case .byPage: Self.cut(seed ^ UInt64(sector / 8), operations)
        }
    }

    private static func cut(_ seed: UInt64, _ operations: Int) -> Int {
        var generator = SeededGenerator(seed: seed)
        return generator.below(operations + 1)
    }
}
