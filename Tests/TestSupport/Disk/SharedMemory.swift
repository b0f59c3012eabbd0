/// The index of a write-ahead log, which all connections to one database map.
///
/// Guarded by the disk's lock, its bytes by SQLite's own locks on them.
final class SharedMemory {
    private var regions: [UnsafeMutableRawBufferPointer] = []
    private var frozen: [[UInt8]]?

    deinit {
        for region in regions { region.deallocate() }
    }

    /// Region `index`, or nil where it does not exist and is not to be made.
    func region(_ index: Int, byteCount: Int, makes: Bool) -> UnsafeMutableRawPointer? {
        while makes, regions.count <= index {
            let region = UnsafeMutableRawBufferPointer.allocate(
                byteCount: byteCount, alignment: MemoryLayout<UInt64>.alignment)
            region.initializeMemory(as: UInt8.self, repeating: 0)
            regions.append(region)
        }
        return index < regions.count ? regions[index].baseAddress : nil
    }

    /// Remembers the bytes: a killed program changes nothing from here on, whatever its
    /// connection, which still lives in this test, does to them.
    func freeze() {
        if frozen == nil { frozen = regions.map { Array($0) } }
    }

    /// Brings the remembered bytes back, once the killed program's connections are closed.
    func thaw() {
        guard let frozen else { return }
        for (region, bytes) in zip(regions, frozen) { region.copyBytes(from: bytes) }
        for region in regions.dropFirst(frozen.count) {
            region.initializeMemory(as: UInt8.self, repeating: 0)
        }
        self.frozen = nil
    }
}
