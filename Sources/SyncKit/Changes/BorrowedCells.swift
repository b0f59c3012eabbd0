/// The cells of a column, borrowed: no counting of references, no copies. Lives inside the closure
/// that borrowed it.
struct BorrowedCells {
    let kinds: UnsafeBufferPointer<UInt8>
    let numbers: UnsafeBufferPointer<Int64>
    let bytes: UnsafeRawBufferPointer

    /// What a cell holds.
    @inline(__always)
    func kind(_ index: Int) -> CellColumn.Kind {
        CellColumn.Kind(rawValue: kinds[index]) ?? .null
    }

    /// The bytes of a text or blob.
    @inline(__always)
    func payload(_ index: Int) -> UnsafeRawBufferPointer {
        let span = numbers[index]
        let offset = Int(span >> 32)
        return UnsafeRawBufferPointer(
            rebasing: bytes[offset..<offset + Int(span & 0xffff_ffff)])
    }

    /// The value of a cell, copied.
    subscript(index: Int) -> SQLValue {
        switch kind(index) {
        case .null: .null
        case .integer: .integer(numbers[index])
        case .real: .real(Double(bitPattern: UInt64(bitPattern: numbers[index])))
        case .text: .text(Array(payload(index)))
        case .blob: .blob(Array(payload(index)))
        }
    }
}

extension CellColumn {
    /// Lends the cells of `columns` at once, for as long as `body` runs.
    static func borrow<Value>(
        _ columns: ArraySlice<CellColumn>, _ borrowed: [BorrowedCells] = [],
        _ body: ([BorrowedCells]) throws -> Value
    ) rethrows -> Value {
        guard let column = columns.first else { return try body(borrowed) }
        return try column.kinds.withUnsafeBufferPointer { kinds in
            try column.numbers.withUnsafeBufferPointer { numbers in
                try column.bytes.withUnsafeBytes { bytes in
                    let cells = BorrowedCells(kinds: kinds, numbers: numbers, bytes: bytes)
                    return try borrow(columns.dropFirst(), borrowed + [cells], body)
                }
            }
        }
    }
}
