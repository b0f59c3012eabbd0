import CSQLite
import Foundation

/// The functions by which SQLite reaches one open file of a ``SimulatedDisk``.
enum FileCalls {
    /// Made once; SQLite only reads it.
    nonisolated(unsafe) static let methods: UnsafePointer<sqlite3_io_methods> = {
        let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        methods.initialize(to: sqlite3_io_methods())
        methods.pointee.iVersion = 2
        fillFile(&methods.pointee)
        fillIndex(&methods.pointee)
        return UnsafePointer(methods)
    }()

    private static func fillFile(_ methods: inout sqlite3_io_methods) {
        methods.xClose = { file in
            FileSlot.handle(file)?.takeRetainedValue().close()
            return SQLITE_OK
        }
        methods.xRead = { file, buffer, count, offset in
            guard let handle = FileSlot.open(file), let buffer else { return SQLITE_MISUSE }
            let target = UnsafeMutableRawBufferPointer(start: buffer, count: Int(count))
            return handle.read(target, at: Int(offset))
        }
        methods.xWrite = { file, buffer, count, offset in
            guard let handle = FileSlot.open(file), let buffer else { return SQLITE_MISUSE }
            let bytes = UnsafeRawBufferPointer(start: buffer, count: Int(count))
            return handle.write(bytes, at: Int(offset))
        }
        methods.xTruncate = { file, size in
            FileSlot.open(file)?.truncate(to: Int(size)) ?? SQLITE_MISUSE
        }
        methods.xSync = { file, _ in FileSlot.open(file)?.sync() ?? SQLITE_MISUSE }
        methods.xFileSize = { file, size in
            guard let handle = FileSlot.open(file) else { return SQLITE_MISUSE }
            guard let count = handle.size else { return DiskErrors.size }
            size?.pointee = Int64(count)
            return SQLITE_OK
        }
        methods.xLock = { file, level in FileSlot.open(file)?.raiseLock(to: level) ?? SQLITE_MISUSE
        }
        methods.xUnlock = { file, level in
            FileSlot.open(file)?.lowerLock(to: level) ?? SQLITE_MISUSE
        }
        methods.xCheckReservedLock = { file, result in
            result?.pointee = FileSlot.open(file)?.somebodyWrites == true ? 1 : 0
            return SQLITE_OK
        }
        methods.xFileControl = { _, _, _ in SQLITE_NOTFOUND }
        methods.xSectorSize = { _ in 4096 }
        // As SQLite's own file system for Unix says of itself.
        methods.xDeviceCharacteristics = { _ in SQLITE_IOCAP_POWERSAFE_OVERWRITE }
    }

    private static func fillIndex(_ methods: inout sqlite3_io_methods) {
        methods.xShmMap = { file, index, byteCount, makes, result in
            guard let handle = FileSlot.open(file), let result else { return SQLITE_MISUSE }
            guard
                let memory = handle.mapIndex(
                    Int(index), byteCount: Int(byteCount), makes: makes != 0)
            else {
                result.pointee = nil
                return handle.isDead ? DiskErrors.indexMap : SQLITE_OK
            }
            result.pointee = memory
            return SQLITE_OK
        }
        methods.xShmLock = { file, offset, count, flags in
            guard let handle = FileSlot.open(file) else { return SQLITE_MISUSE }
            let mask = (UInt16(1) << UInt16(count) - 1) << UInt16(offset)
            return handle.lockIndex(
                mask, locks: flags & SQLITE_SHM_LOCK != 0,
                exclusively: flags & SQLITE_SHM_EXCLUSIVE != 0)
        }
        methods.xShmBarrier = { file in
            // Taking the lock is a barrier.
            FileSlot.open(file)?.disk.locked {}
        }
        methods.xShmUnmap = { file, _ in
            FileSlot.open(file)?.unmapIndex()
            return SQLITE_OK
        }
    }
}
