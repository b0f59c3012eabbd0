import Foundation
import Workload

/// Packs the values of one column: lengths apart from text, numbers short, licenses by number.
struct ColumnWriter {
    private let column: WorkloadColumn
    private var numbers = ByteWriter()
    private var contents = ByteWriter()
    private var previous: Int64 = 0
    private var known: [[UInt8]] = []

    init(_ column: WorkloadColumn) {
        self.column = column
    }

    mutating func append(_ integer: Int64) {
        if column == .createdAt {
            numbers.append(zigzag: integer - previous)
            previous = integer
        } else {
            numbers.append(varint: UInt64(bitPattern: integer))
        }
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        switch column {
        case .license:
            numbers.append(varint: UInt64(number(of: bytes)))
        case .fileHash:
            contents.append(bytes)
        default:
            numbers.append(varint: UInt64(bytes.count))
            contents.append(bytes)
        }
    }

    mutating func append(_ value: WorkloadValue) {
        switch value {
        case .integer(let integer): append(integer)
        case .blob(let data): data.withUnsafeBytes { append($0) }
        case .text(var text): text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
        }
    }

    func write(to writer: inout ByteWriter) {
        writer.append(varint: UInt64(known.count))
        for text in known { writer.append(block: text) }
        writer.append(block: numbers.bytes)
        writer.append(block: contents.bytes)
    }

    private mutating func number(of bytes: UnsafeRawBufferPointer) -> Int {
        if let found = known.firstIndex(where: { $0.elementsEqual(bytes) }) { return found }
        known.append(Array(bytes))
        return known.count - 1
    }
}
