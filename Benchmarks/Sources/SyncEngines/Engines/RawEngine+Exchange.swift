import Foundation
import Workload

extension RawEngine: ExchangingEngine {
    /// As the protocol says.
    package func exportAll() throws -> ExchangeMessage {
        let rows = try connection.prepare(
            "SELECT id, \(BenchmarkSettings.columns) FROM works ORDER BY rowid")
        var count: UInt64 = 0
        var ids = ByteWriter()
        var columns = WorkloadColumn.allCases.map(ColumnWriter.init)
        while try rows.step() {
            ids.append(rows.bytes(0))
            for column in WorkloadColumn.allCases {
                let place = column.rawValue + 1
                if column.kind == .integer {
                    columns[column.rawValue].append(rows.integer(place))
                } else {
                    columns[column.rawValue].append(rows.bytes(place))
                }
            }
            count += 1
        }
        var message = ByteWriter()
        message.append(varint: count)
        message.append(ids.bytes)
        for column in columns { column.write(to: &message) }
        return ExchangeMessage(content: .all, parts: [message.bytes])
    }

    /// As the protocol says.
    package func exportNew() throws -> ExchangeMessage {
        let edits = editsToSend ?? []
        var ids = ByteWriter()
        var edited = ByteWriter()
        var columns = WorkloadColumn.allCases.map(ColumnWriter.init)
        for edit in edits {
            edited.append(UInt8(edit.column.rawValue))
            edit.id.withUnsafeBytes { ids.append($0) }
            columns[edit.column.rawValue].append(edit.value)
        }
        var message = ByteWriter()
        message.append(varint: UInt64(edits.count))
        message.append(edited.bytes)
        message.append(ids.bytes)
        for column in columns { column.write(to: &message) }
        return ExchangeMessage(content: .changes, parts: [message.bytes])
    }

    /// As the protocol says.
    package func markExchanged() {
        editsToSend = []
    }

    /// As the protocol says.
    package func apply(_ message: ExchangeMessage) throws {
        try table.beginTransaction()
        for part in message.parts {
            try part.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                switch message.content {
                case .all: try applyRows(&reader)
                case .changes: try applyEdits(&reader)
                }
            }
        }
        try table.commitTransaction()
    }

    private func applyRows(_ reader: inout ByteReader) throws {
        let count = reader.count()
        var ids = ByteReader(reader.bytes(16 * count))
        var columns = WorkloadColumn.allCases.map { ColumnReader($0, from: &reader) }
        for _ in 0..<count {
            table.insertion.bind(lent: ids.bytes(16), at: 1)
            for index in 0..<columns.count {
                columns[index].bindNext(to: table.insertion, at: Int32(index + 2))
            }
            try table.insertion.run()
        }
    }

    private func applyEdits(_ reader: inout ByteReader) throws {
        let count = reader.count()
        let edited = reader.bytes(count)
        var ids = ByteReader(reader.bytes(16 * count))
        var columns = WorkloadColumn.allCases.map { ColumnReader($0, from: &reader) }
        for index in 0..<count {
            let column = Int(edited[index])
            let statement = table.updates[column]
            columns[column].bindNext(to: statement, at: 1)
            statement.bind(lent: ids.bytes(16), at: 2)
            try statement.run()
        }
    }
}
