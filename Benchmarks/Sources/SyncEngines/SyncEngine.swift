package import Foundation
package import Workload

/// One replica under measurement: a way to keep the table `works` and what syncing it needs.
package protocol SyncEngine: AnyObject {
    /// The connection that writes, for reading content, checkpoints and sizes between phases.
    var connection: SQLiteConnection { get }

    /// Runs `body` as one transaction.
    func write(_ body: () throws -> Void) throws

    /// Inside ``write(_:)``: adds a row.
    func insert(_ row: WorkloadRow) throws

    /// Inside ``write(_:)``: changes one column of a row.
    func update(_ edit: WorkloadEdit) throws

    /// Inside ``write(_:)``: deletes a row.
    func delete(_ id: Data) throws

    /// Reads as an app would.
    func read(_ body: (SQLiteConnection) throws -> Void) throws

    /// Does what the engine puts off until it syncs, so that sizes show all that it keeps.
    func settle() throws

    /// After a crash: makes ready to go on writing, with what was not sent known.
    func recover() throws
}

extension SyncEngine {
    /// Most engines read where they write.
    package func read(_ body: (SQLiteConnection) throws -> Void) throws { try body(connection) }

    /// Most engines put nothing off.
    package func settle() throws {}

    /// Most engines have nothing to find again.
    package func recover() throws {}
}
