import CSQLite
import Foundation

/// The functions by which SQLite reaches a ``SimulatedDisk``: the file system as a whole.
enum DiskCalls {
    /// The entry of a disk in SQLite's list, without its name and disk.
    static var system: sqlite3_vfs {
        var system = sqlite3_vfs()
        system.iVersion = 2
        system.szOsFile = Int32(FileSlot.byteCount)
        system.mxPathname = 512
        system.xOpen = open
        system.xDelete = delete
        system.xAccess = access
        system.xFullPathname = fullPathname
        system.xRandomness = randomness
        system.xSleep = { _, microseconds in microseconds }
        system.xGetLastError = { _, _, _ in 0 }
        system.xCurrentTimeInt64 = currentTime
        system.xCurrentTime = { system, days in
            var milliseconds: Int64 = 0
            let code = DiskCalls.currentTime(system, &milliseconds)
            days?.pointee = Double(milliseconds) / 86_400_000
            return code
        }
        return system
    }

    private static let open: XOpen = { system, name, file, flags, outFlags in
        guard let file, let disk = FileSlot.disk(of: system) else { return SQLITE_MISUSE }
        file.pointee.pMethods = nil
        // Asked for with the name as SQLite gave it: the URI's parameters lie behind it.
        let program = sqlite3_uri_parameter(name, "program").map { String(cString: $0) } ?? ""
        let name = name.map { String(cString: $0) }
        guard let handle = disk.open(name, program: program, flags: flags) else {
            return SQLITE_CANTOPEN
        }
        FileSlot.fill(file, with: handle)
        outFlags?.pointee = flags
        return SQLITE_OK
    }

    private static let delete: XDelete = { system, name, syncsFolder in
        guard let name, let disk = FileSlot.disk(of: system) else { return SQLITE_MISUSE }
        let program = sqlite3_uri_parameter(name, "program").map { String(cString: $0) } ?? ""
        return disk.delete(String(cString: name), program: program, syncsFolder: syncsFolder != 0)
    }

    private static let access: XAccess = { system, name, _, result in
        guard let name, let disk = FileSlot.disk(of: system) else { return SQLITE_MISUSE }
        result?.pointee = disk.exists(String(cString: name)) ? 1 : 0
        return SQLITE_OK
    }

    private static let fullPathname: XFullPathname = { _, name, capacity, result in
        guard let name, let result, strlen(name) < Int(capacity) else { return SQLITE_CANTOPEN }
        strcpy(result, name)
        return SQLITE_OK
    }

    private static let randomness: XRandomness = { system, count, result in
        guard let result, let disk = FileSlot.disk(of: system) else { return 0 }
        let bytes = disk.locked { disk.generator.bytes(Int(count)) }
        for (index, byte) in bytes.enumerated() { result[index] = CChar(bitPattern: byte) }
        return count
    }

    private static let currentTime: XCurrentTime = { system, result in
        // SQLite counts milliseconds from noon of 24 November 4714 BC.
        let epoch: Int64 = 210_866_760_000_000
        result?.pointee = epoch + Int64(clamping: FileSlot.disk(of: system)?.now ?? 0)
        return SQLITE_OK
    }

    private typealias System = UnsafeMutablePointer<sqlite3_vfs>?
    private typealias XOpen =
        @convention(c) (
            System, UnsafePointer<CChar>?, UnsafeMutablePointer<sqlite3_file>?, Int32,
            UnsafeMutablePointer<Int32>?
        ) -> Int32
    private typealias XDelete = @convention(c) (System, UnsafePointer<CChar>?, Int32) -> Int32
    private typealias XAccess =
        @convention(c) (
            System, UnsafePointer<CChar>?, Int32, UnsafeMutablePointer<Int32>?
        ) -> Int32
    private typealias XFullPathname =
        @convention(c) (
            System, UnsafePointer<CChar>?, Int32, UnsafeMutablePointer<CChar>?
        ) -> Int32
    private typealias XRandomness =
        @convention(c) (
            System, Int32, UnsafeMutablePointer<CChar>?
        ) -> Int32
    private typealias XCurrentTime = @convention(c) (System, UnsafeMutablePointer<Int64>?) -> Int32
}

extension SimulatedDisk {
    fileprivate func open(_ name: String?, program: String, flags: Int32) -> DiskHandle? {
        locked {
            guard allows(program) else { return nil }
            let deletesOnClose = flags & SQLITE_OPEN_DELETEONCLOSE != 0
            let file: DiskFile
            if let name, let known = files[name] {
                file = known
            } else {
                guard flags & SQLITE_OPEN_CREATE != 0 else { return nil }
                file = DiskFile()
                if let name {
                    let verdict = begin(program, false, needsRoom: true)
                    if verdict == .succeeds || verdict == .isTheLast { files[name] = file }
                    guard verdict == .succeeds else { return nil }
                }
            }
            let handle = DiskHandle(
                disk: self, file: file, program: program, name: name,
                deletesOnClose: deletesOnClose)
            file.handles.append(handle)
            return handle
        }
    }

    fileprivate func delete(
        _ name: String, program: String, syncsFolder: Bool
    ) -> Int32 {
        locked {
            guard let file = files[name] else { return DiskErrors.deleteOfNothing }
            let verdict = begin(program, false)
            guard verdict == .succeeds || verdict == .isTheLast else { return DiskErrors.delete }
            files[name] = nil
            if file.hasDurableName { undead[name] = file }
            if syncsFolder && verdict == .succeeds && syncs { syncFolder() }
            return verdict == .succeeds ? SQLITE_OK : DiskErrors.delete
        }
    }

    fileprivate func exists(_ name: String) -> Bool {
        locked { files[name] != nil }
    }
}

/// Where SQLite keeps what is ours: the disk in its file system, the handle behind its file.
enum FileSlot {
    private static let handleOffset = MemoryLayout<sqlite3_file>.stride
    static let byteCount = handleOffset + MemoryLayout<UnsafeRawPointer?>.stride

    static func fill(_ file: UnsafeMutablePointer<sqlite3_file>, with handle: DiskHandle) {
        let pointer = UnsafeRawPointer(Unmanaged.passRetained(handle).toOpaque())
        UnsafeMutableRawPointer(file)
            .storeBytes(of: pointer, toByteOffset: handleOffset, as: UnsafeRawPointer?.self)
        file.pointee.pMethods = FileCalls.methods
    }

    static func handle(_ file: UnsafeMutablePointer<sqlite3_file>?) -> Unmanaged<DiskHandle>? {
        guard let file else { return nil }
        let pointer = UnsafeMutableRawPointer(file)
            .load(fromByteOffset: handleOffset, as: UnsafeRawPointer?.self)
        return pointer.map { Unmanaged<DiskHandle>.fromOpaque($0) }
    }

    static func open(_ file: UnsafeMutablePointer<sqlite3_file>?) -> DiskHandle? {
        handle(file)?.takeUnretainedValue()
    }

    static func disk(of system: UnsafeMutablePointer<sqlite3_vfs>?) -> SimulatedDisk? {
        guard let context = system?.pointee.pAppData else { return nil }
        return Unmanaged<SimulatedDisk>.fromOpaque(context).takeUnretainedValue()
    }
}

/// The extended result codes of SQLite that its header spells as expressions.
enum DiskErrors {
    static let read = SQLITE_IOERR | 1 << 8
    static let shortRead = SQLITE_IOERR | 2 << 8
    static let write = SQLITE_IOERR | 3 << 8
    static let sync = SQLITE_IOERR | 4 << 8
    static let truncate = SQLITE_IOERR | 6 << 8
    static let size = SQLITE_IOERR | 7 << 8
    static let delete = SQLITE_IOERR | 10 << 8
    static let lock = SQLITE_IOERR | 15 << 8
    static let indexLock = SQLITE_IOERR | 20 << 8
    static let indexMap = SQLITE_IOERR | 21 << 8
    static let deleteOfNothing = SQLITE_IOERR | 23 << 8
}
