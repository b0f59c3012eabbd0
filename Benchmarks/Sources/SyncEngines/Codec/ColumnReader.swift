import Workload

/// Unpacks what ``ColumnWriter`` packed, lending bytes from the message.
struct ColumnReader {
    let column: WorkloadColumn
    private var numbers: ByteReader
    private var contents: ByteReader
    private var previous: Int64 = 0
    private var known: [UnsafeRawBufferPointer] = []

    init(_ column: WorkloadColumn, from reader: inout ByteReader) {
        self.column = column
        for _ in 0..<reader.count() { known.append(reader.bytes(reader.count())) }
        numbers = reader.block()
        contents = reader.block()
    }

    /// Binds the next value without a copy: the message must stay until the statement has run.
    mutating func bindNext(to statement: SQLiteStatement, at place: Int32) {
        switch column {
        case .width, .height:
            statement.bind(Int64(bitPattern: numbers.varint()), at: place)
        case .createdAt:
            previous += numbers.zigzag()
            statement.bind(previous, at: place)
        case .license:
            statement.bind(lentText: known[numbers.count()], at: place)
        case .fileHash:
            statement.bind(lent: contents.bytes(32), at: place)
        case .title, .note:
            statement.bind(lentText: contents.bytes(numbers.count()), at: place)
        }
    }
}
