/// A row's clock where it differs from the stamp its run began at, as stored.
///
/// Form: 0 and the causal length where it is not 1 · then (column id, stamp number) for each column
/// that was written later, numbers in LEB128.
struct PackedClock: Equatable {
    /// The row's causal length.
    var causalLength: UInt32 = 1
    /// Numbers of the stamps of columns written later than the row began.
    var exceptions: [(column: ColumnID, stamp: StampNumber)] = []

    init() {}

    init(_ bytes: UnsafeRawBufferPointer) throws(CodecError) {
        var reader = ByteReader(bytes)
        while !reader.isAtEnd {
            let column = try reader.byte()
            let number = try reader.varint()
            if column == 0 {
                causalLength = UInt32(clamping: number)
            } else {
                exceptions.append((ColumnID(column), StampNumber(Int64(clamping: number))))
            }
        }
    }

    /// Whether there is nothing to store.
    var isPlain: Bool { causalLength == 1 && exceptions.isEmpty }

    /// Writes the stored form.
    func write(to writer: inout ByteWriter) {
        Self.write(causalLength: causalLength, to: &writer)
        for exception in exceptions {
            Self.write(exception.stamp, of: exception.column, to: &writer)
        }
    }

    /// Begins the stored form.
    static func write(causalLength: UInt32, to writer: inout ByteWriter) {
        guard causalLength != 1 else { return }
        writer.append(byte: 0)
        writer.append(varint: UInt64(causalLength))
    }

    /// Adds to the stored form; columns come in rising order.
    static func write(_ stamp: StampNumber, of column: ColumnID, to writer: inout ByteWriter) {
        writer.append(byte: column.rawValue)
        writer.append(varint: UInt64(stamp.rawValue))
    }

    /// The number of the stamp of `column`, where it has one of its own.
    @inline(__always)
    func stamp(of column: ColumnID) -> StampNumber? {
        for exception in exceptions where exception.column == column { return exception.stamp }
        return nil
    }

    /// Notes that `column` was written at `stamp`; exceptions stay in the order of columns.
    mutating func set(_ stamp: StampNumber, of column: ColumnID) {
        for index in exceptions.indices {
            if exceptions[index].column == column {
                exceptions[index].stamp = stamp
                return
            }
            if exceptions[index].column > column {
                exceptions.insert((column, stamp), at: index)
                return
            }
        }
        exceptions.append((column, stamp))
    }

    static func == (left: Self, right: Self) -> Bool {
        left.causalLength == right.causalLength
            && left.exceptions.elementsEqual(right.exceptions, by: { $0 == $1 })
    }
}
