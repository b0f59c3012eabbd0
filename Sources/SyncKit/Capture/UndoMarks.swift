import Foundation

/// Follows what statements undo, so that the log holds what holds in the table.
///
/// Two things undo changes inside a transaction: a statement that fails, whose changes SQLite does
/// not count, and ROLLBACK TO a savepoint.
struct UndoMarks {
    private var savepoints: [(name: [UInt8], mark: OperationLog.Mark)] = []
    private var statement: OperationLog.Mark?
    private var changes: Int64 = 0

    /// A transaction begins; `changes` is what SQLite has counted so far.
    mutating func begin(changes: Int64) {
        savepoints.removeAll()
        statement = nil
        self.changes = changes
    }

    /// The statement that ran last is over, unless it `isOpen`: it has changed rows and is still
    /// returning them, so that SQLite has not counted them yet.
    mutating func endStatement(
        changes: Int64, in log: inout OperationLog, isOpen: @autoclosure () -> Bool
    ) {
        // Every change that stays is counted, those by triggers and foreign keys included.
        if changes == self.changes, let statement, !log.isAt(statement), !isOpen() {
            log.truncate(to: statement)
        }
        self.changes = changes
        statement = log.mark
    }

    /// A statement begins.
    mutating func beginStatement(_ text: UnsafePointer<CChar>, in log: inout OperationLog) {
        statement = log.mark
        guard SavepointCommand.isPossible(text) else { return }
        let bytes = UnsafeRawBufferPointer(start: text, count: strlen(text))
        if let command = SavepointCommand(bytes) { follow(command, in: &log) }
    }

    private mutating func follow(_ command: SavepointCommand, in log: inout OperationLog) {
        // The latest savepoint of a name is meant.
        let index = savepoints.lastIndex { $0.name == command.name }
        switch command.verb {
        case .begin: savepoints.append((command.name, log.mark))
        case .release: if let index { savepoints.removeSubrange(index...) }
        case .rollBack:
            guard let index else { return }
            log.truncate(to: savepoints[index].mark)
            statement = log.mark
            savepoints.removeSubrange((index + 1)...)
        }
    }
}
