import SyncKit
import Synchronization
import TestSupport

/// Disks with a new, empty store, made once each: making one takes a quarter of a run.
enum Nursery {
    private struct Place: Hashable {
        let version: Int
        let hasAnnex: Bool
        let number: Int
    }

    /// How many there are of each version; a run's devices take different ones.
    static let count = 32

    private static let images = Mutex<[Place: SimulatedDisk.Image]>([:])

    /// Disk `number`, always the same.
    static func image(
        version: Int, hasAnnex: Bool, number: Int
    ) throws -> SimulatedDisk.Image {
        let place = Place(version: version, hasAnnex: hasAnnex, number: number)
        return try images.withLock { images in
            if let known = images[place] { return known }
            let time = SimulatedTime(seed: UInt64(number) << 8 | UInt64(version))
            let disk = SimulatedDisk(seed: 0) { time.now }
            // Closed at once, so that all of it is in the file.
            _ = try SyncStore(
                path: disk.path("library"), schema: try Studio.schema(version, hasAnnex),
                migrator: Studio.migrator(version, hasAnnex), environment: time.environment())
            images[place] = disk.image
            return disk.image
        }
    }
}
