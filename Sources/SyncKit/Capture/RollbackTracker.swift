import Foundation

/// Follows what statements undo, so that the log holds what holds in the table.
///
/// Two things undo changes inside a transaction: a statement that fails, whose changes SQLite does
/// not count, and ROLLBACK TO a savepoint.
struct RollbackTracker {
    private var savepoints: [(name: [UInt8], position: OperationLog.Position)] = []
    private var statement: OperationLog.Position?
    private var running: OpaquePointer?
    private var changes: Int64 = 0
    /// Whether the log may hold what a statement did that failed, and was run again at once.
    private(set) var mayHoldUndone = false

    /// A transaction begins; `changes` is what SQLite has counted so far.
    mutating func begin(changes: Int64) {
        savepoints.removeAll()
        (statement, running) = (nil, nil)
        mayHoldUndone = false
        self.changes = changes
    }

    /// The statement that ran last is over, unless `next`, which begins, is a part of it: SQLite
    /// traces foreign key actions under the statement that caused them. Nor is it where it
    /// `isOpen`: it has changed rows and is still returning them, and they are not counted yet.
    ///
    /// A statement that fails and is run again at once looks like a part of itself. What it noted
    /// the first time stays then: a value is sent that did not change, and nothing is lost. What
    /// was added to counters is looked at again, see ``AdditionCheck``.
    mutating func endStatement(
        changes: Int64, next: OpaquePointer? = nil, in log: inout OperationLog,
        isOpen: @autoclosure () -> Bool
    ) {
        if next != nil, next == running, changes == self.changes {
            if let statement, !log.isAt(statement) { mayHoldUndone = true }
            return
        }
        // Every change that stays is counted, those by triggers and foreign keys included.
        if changes == self.changes, let statement, !log.isAt(statement), !isOpen() {
            log.truncate(to: statement)
        }
        self.changes = changes
        statement = log.position
        running = next
    }

    /// A statement begins.
    mutating func beginStatement(_ text: UnsafePointer<CChar>, in log: inout OperationLog) {
        guard SavepointCommand.isPossible(text) else { return }
        let bytes = UnsafeRawBufferPointer(start: text, count: strlen(text))
        if let command = SavepointCommand(bytes) { follow(command, in: &log) }
    }

    private mutating func follow(_ command: SavepointCommand, in log: inout OperationLog) {
        // The latest savepoint of a name is meant.
        let index = savepoints.lastIndex { $0.name == command.name }
        switch command.verb {
        case .begin: savepoints.append((command.name, log.position))
        case .release: if let index { savepoints.removeSubrange(index...) }
        case .rollBack:
            guard let index else { return }
            log.truncate(to: savepoints[index].position)
            statement = log.position
            savepoints.removeSubrange((index + 1)...)
        }
    }
}
