import CSQLite

/// What SQLite does with an open file.
extension DiskHandle {
    func read(_ target: UnsafeMutableRawBufferPointer, at offset: Int) -> Int32 {
        disk.locked {
            guard !isDead else { return DiskErrors.read }
            return file.contents.withUnsafeBytes { contents in
                let available = max(0, min(target.count, contents.count - offset))
                if available > 0 {
                    target.copyMemory(
                        from: UnsafeRawBufferPointer(
                            rebasing: contents[offset..<offset + available]))
                }
                guard available < target.count else { return SQLITE_OK }
                // SQLite relies on zeros behind the end.
                UnsafeMutableRawBufferPointer(rebasing: target[available...])
                    .initializeMemory(as: UInt8.self, repeating: 0)
                return DiskErrors.shortRead
            }
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int32 {
        disk.locked {
            let grows = offset + bytes.count > file.contents.count
            return perform(DiskErrors.write, needsRoom: grows) { _ in
                file.write(bytes, at: offset)
            }
        }
    }

    func truncate(to size: Int) -> Int32 {
        disk.locked { perform(DiskErrors.truncate) { _ in file.truncate(to: size) } }
    }

    func sync() -> Int32 {
        disk.locked {
            perform(DiskErrors.sync) { isTheLast in
                // A sync that the power cut broke off did some of its work: that is for
                // the survivors to say.
                guard !isTheLast, disk.syncs else { return }
                file.sync()
                // SQLite syncs the folder with a new file's first sync.
                if !file.hasDurableName { disk.syncFolder() }
            }
        }
    }

    var size: Int? {
        disk.locked { isDead ? nil : file.contents.count }
    }

    func close() {
        disk.locked {
            unmap()
            file.handles.removeAll { $0 === self }
            if deletesOnClose, let name { disk.files[name] = nil }
        }
    }

    private func perform(
        _ failure: Int32, needsRoom: Bool = false, _ body: (_ isTheLast: Bool) -> Void
    ) -> Int32 {
        switch disk.begin(self, needsRoom: needsRoom) {
        case .succeeds:
            body(false)
            return SQLITE_OK
        case .isTheLast:
            body(true)
            return failure
        case .fails: return failure
        case .isFull: return SQLITE_FULL
        }
    }
}

/// SQLite's locks on a database file.
extension DiskHandle {
    func raiseLock(to level: Int32) -> Int32 {
        disk.locked {
            guard !isDead else { return DiskErrors.lock }
            guard level > lock else { return SQLITE_OK }
            let others = file.handles.filter { $0 !== self }.map(\.lock).max() ?? SQLITE_LOCK_NONE
            switch level {
            case SQLITE_LOCK_SHARED:
                guard others < SQLITE_LOCK_PENDING else { return SQLITE_BUSY }
            case SQLITE_LOCK_RESERVED:
                guard others < SQLITE_LOCK_RESERVED else { return SQLITE_BUSY }
            default:
                guard others < SQLITE_LOCK_RESERVED else { return SQLITE_BUSY }
                // Keeps new readers out while the old ones finish.
                lock = SQLITE_LOCK_PENDING
                guard others < SQLITE_LOCK_SHARED else { return SQLITE_BUSY }
            }
            lock = level
            return SQLITE_OK
        }
    }

    func lowerLock(to level: Int32) -> Int32 {
        disk.locked {
            lock = min(lock, level)
            return SQLITE_OK
        }
    }

    var somebodyWrites: Bool {
        disk.locked { file.handles.contains { $0.lock >= SQLITE_LOCK_RESERVED } }
    }
}

/// The write-ahead log's index.
extension DiskHandle {
    func mapIndex(_ index: Int, byteCount: Int, makes: Bool) -> UnsafeMutableRawPointer? {
        disk.locked {
            guard !isDead else { return nil }
            let memory = sharedMemory ?? file.sharedMemory ?? SharedMemory()
            sharedMemory = memory
            file.sharedMemory = memory
            return memory.region(index, byteCount: byteCount, makes: makes)
        }
    }

    func lockIndex(_ mask: UInt16, locks: Bool, exclusively: Bool) -> Int32 {
        disk.locked {
            guard !isDead else { return DiskErrors.indexLock }
            guard locks else {
                sharedIndexLocks &= ~mask
                exclusiveIndexLocks &= ~mask
                return SQLITE_OK
            }
            for other in file.handles where other !== self {
                let held = other.exclusiveIndexLocks | (exclusively ? other.sharedIndexLocks : 0)
                guard held & mask == 0 else { return SQLITE_BUSY }
            }
            if exclusively { exclusiveIndexLocks |= mask } else { sharedIndexLocks |= mask }
            return SQLITE_OK
        }
    }

    func unmapIndex() {
        disk.locked { unmap() }
    }

    /// Under the lock.
    private func unmap() {
        guard let memory = sharedMemory else { return }
        sharedMemory = nil
        sharedIndexLocks = 0
        exclusiveIndexLocks = 0
        guard file.sharedMemory === memory else { return }
        let users = file.handles.filter { $0.sharedMemory === memory }
        if users.isEmpty { file.sharedMemory = nil }
        if !users.contains(where: \.isDead) { memory.thaw() }
    }
}
