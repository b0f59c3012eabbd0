import Foundation

/// A disk in memory for SQLite, with faults on demand.
///
/// Each disk is a virtual file system of SQLite: databases are opened by ``path(_:program:)``. What
/// is written is volatile until it is synced. Several disks may be alive on several threads.
///
/// Not modelled: reads that come back short or wrong, bytes that rot, memory-mapped files, a failed
/// sync that later syncs cover up, and a disk whose torn sector damages bytes outside of the write.
///
/// `lock` guards everything but the shared memory's bytes, which SQLite guards: unchecked for that.
package final class SimulatedDisk: @unchecked Sendable {
    /// What a disk holds: each file's bytes by its name.
    package typealias Image = [String: [UInt8]]

    private let lock = NSLock()
    private let registration: FileSystemRegistration
    private let wallMilliseconds: @Sendable () -> UInt64

    // Internal for the extensions; touched under the lock only.
    var files: [String: DiskFile] = [:]
    /// Files deleted since the folder was synced: a power cut may undo that.
    var undead: [String: DiskFile] = [:]
    var generator: SeededGenerator
    var fault: DiskFault?
    private var operations = 0
    private var strikes = 0
    private var isOff = false
    private var deadPrograms: Set<String> = []
    private var syncIsIgnored = false

    /// An empty disk.
    ///
    /// - Parameters:
    ///   - seed: Decides what survives a power cut.
    ///   - wallMilliseconds: The time that SQL functions tell, in milliseconds since 1970 UTC.
    package init(seed: UInt64, wallMilliseconds: @escaping @Sendable () -> UInt64) {
        generator = SeededGenerator(seed: seed)
        self.wallMilliseconds = wallMilliseconds
        registration = FileSystemRegistration()
        registration.register(self)
    }

    /// What to give SQLite, or GRDB, as the path of a file on this disk.
    ///
    /// Needs an SQLite that reads URIs by default, as Debian's does.
    ///
    /// - Parameter program: Who opens it: what ``DiskFault/Kind/kill`` strikes as one.
    package func path(_ name: String, program: String = "app") -> String {
        "file:\(name)?vfs=\(registration.name)&program=\(program)"
    }

    /// Plans one fault, in place of the one planned before; nil plans none.
    package func plan(_ fault: DiskFault?) {
        locked { self.fault = fault }
    }

    /// How many operations there were, see ``DiskFault``.
    package var operationCount: Int { locked { operations } }

    /// How often a planned fault struck.
    package var strikeCount: Int { locked { strikes } }

    /// Whether the power was cut.
    package var isDown: Bool { locked { isOff } }

    /// Whether `program` was killed.
    package func isKilled(_ program: String) -> Bool {
        locked { deadPrograms.contains(program) }
    }

    /// Makes a disk that only says it syncs, to see whether a test notices.
    package func ignoreSyncs() {
        locked { syncIsIgnored = true }
    }

    /// Cuts the power now.
    package func cutPower() {
        locked { turnOff() }
    }

    /// Kills a program now.
    package func kill(_ program: String) {
        locked { killed(program) }
    }

    /// Brings the disk back after a power cut, and lets killed programs open files again.
    ///
    /// Close the dead programs' connections first.
    package func restart() {
        locked {
            fault = nil
            deadPrograms = []
            guard isOff else { return }
            isOff = false
            var survivors: [String: DiskFile] = [:]
            for name in Set(files.keys).union(undead.keys).sorted() {
                guard let bytes = survivingBytes(of: name) else { continue }
                survivors[name] = DiskFile(durable: bytes, hasDurableName: true)
            }
            files = survivors
            undead = [:]
        }
    }

    /// What programs would read now; a copy of all files.
    package var image: Image { locked { files.mapValues(\.contents) } }

    /// Replaces everything by a copy; close all connections first.
    package func load(_ image: Image) {
        locked {
            precondition(files.values.allSatisfy(\.handles.isEmpty), "a file is still open")
            files = image.mapValues { DiskFile(durable: $0, hasDurableName: true) }
            undead = [:]
        }
    }

    func locked<Value>(_ body: () throws -> Value) rethrows -> Value {
        lock.lock()
        defer { lock.unlock() }
        return try body()
    }

    var now: UInt64 { wallMilliseconds() }

    private func survivingBytes(of name: String) -> [UInt8]? {
        if let file = files[name], file.hasDurableName || generator.oneIn(2) {
            return file.survivors(&generator)
        }
        if let file = undead[name], generator.oneIn(2) { return file.survivors(&generator) }
        return nil
    }
}

extension SimulatedDisk {
    /// How an operation goes.
    enum Verdict {
        case succeeds
        /// It fails and changes nothing.
        case fails
        case isFull
        /// It happens, or some of it, but nobody learns of it.
        case isTheLast
    }

    /// Counts an operation and lets a planned fault strike; called under the lock.
    func begin(_ handle: DiskHandle, needsRoom: Bool = false) -> Verdict {
        handle.name == nil ? .succeeds : begin(handle.program, handle.isDead, needsRoom: needsRoom)
    }

    func begin(_ program: String, _ isDead: Bool, needsRoom: Bool = false) -> Verdict {
        guard !isDead, !isOff, !deadPrograms.contains(program) else { return .fails }
        operations += 1
        guard let fault else { return .succeeds }
        guard fault.operation <= 0 else {
            self.fault?.operation -= 1
            return .succeeds
        }
        if case .full = fault.kind, !needsRoom { return .succeeds }
        strikes += 1
        switch fault.kind {
        case .powerCut:
            turnOff()
            self.fault = nil
            return .isTheLast
        case .kill:
            killed(program)
            self.fault = nil
            return generator.oneIn(2) ? .isTheLast : .fails
        case .failure(let times):
            self.fault = times > 1 ? DiskFault(.failure(times: times - 1), at: 0) : nil
            return .fails
        case .full(let times):
            self.fault = times > 1 ? DiskFault(.full(times: times - 1), at: 0) : nil
            return .isFull
        }
    }

    /// Whether a read or a lock of a living program.
    func allows(_ handle: DiskHandle) -> Bool { !handle.isDead }

    func allows(_ program: String) -> Bool { !isOff && !deadPrograms.contains(program) }

    var syncs: Bool { !syncIsIgnored }

    /// Makes every name and every deletion last, as a sync of the folder does.
    func syncFolder() {
        undead = [:]
        for file in files.values { file.hasDurableName = true }
    }

    private func turnOff() {
        isOff = true
        for file in files.values {
            for handle in file.handles { handle.die() }
            file.handles = []
            file.sharedMemory = nil
        }
    }

    private func killed(_ program: String) {
        deadPrograms.insert(program)
        for file in files.values {
            for handle in file.handles where handle.program == program {
                file.sharedMemory?.freeze()
                handle.die()
            }
        }
    }
}
