/// Integers side by side, as they travel: in the form that a sample says compresses best.
struct NumberList {
    /// How the numbers are written; the raw value is the wire form.
    private enum Form: UInt8 {
        /// Each as the difference to the one before: for numbers that rise.
        case differences = 0
        /// The least, then how far each lies above it: for numbers in no order.
        case distances = 1
        /// The values once, in rising order, then an index for each: for few values that repeat.
        case dictionary = 2
    }

    let numbers: [Int64]

    init(_ numbers: [Int64]) {
        self.numbers = numbers
    }

    // MARK: - Writing

    /// Wire form: nothing where there are no numbers, else a form byte and
    /// form 0: differences, zigzag · form 1: the least, zigzag, and distances ·
    /// form 2: count of values, their differences, zigzag, and an index a number.
    func write(to writer: inout ByteWriter) {
        guard let least = numbers.min() else { return }
        let values = SmallDictionary(numbers)
        let form = bestForm(least: least, values)
        writer.append(byte: form.rawValue)
        switch form {
        case .differences: Self.writeDifferences(numbers[...], to: &writer)
        case .distances:
            writer.append(zigzag: least)
            Self.writeDistances(numbers[...], above: least, to: &writer)
        case .dictionary:
            guard let values else { preconditionFailure("the form was chosen for its values") }
            writer.append(count: values.entries.count)
            Self.writeDifferences(values.entries[...], to: &writer)
            writer.endSection()
            values.writeIndexes(of: numbers[...], to: &writer)
        }
        writer.endSection()
    }

    /// The form whose bytes carry the least, as an entropy coder without memory sees them.
    private func bestForm(least: Int64, _ values: SmallDictionary?) -> Form {
        guard numbers.count >= Self.leastCount else { return .differences }
        let sample = numbers.prefix(Self.sampleCount)
        var writer = ByteWriter()
        writer.reserve(sample.count * 3)
        Self.writeDifferences(sample, to: &writer)
        var best = (form: Form.differences, cost: ByteCost.of(writer.bytes))
        writer.removeAll()
        Self.writeDistances(sample, above: least, to: &writer)
        let cost = ByteCost.of(writer.bytes)
        if cost < best.cost { best = (.distances, cost) }
        if let values {
            writer.removeAll()
            values.writeIndexes(of: sample, to: &writer)
            let cost = ByteCost.of(writer.bytes) + values.entries.count * ByteCost.ofAByte * 3
            if cost < best.cost { best = (.dictionary, cost) }
        }
        return best.form
    }

    private static func writeDifferences(
        _ numbers: ArraySlice<Int64>, to writer: inout ByteWriter
    ) {
        var previous: Int64 = 0
        for number in numbers {
            writer.append(zigzag: number &- previous)
            previous = number
        }
    }

    private static func writeDistances(
        _ numbers: ArraySlice<Int64>, above least: Int64, to writer: inout ByteWriter
    ) {
        for number in numbers { writer.append(varint: UInt64(bitPattern: number &- least)) }
    }

    private static let leastCount = 16
    private static let sampleCount = 1024

    // MARK: - Reading

    /// Reads `count` numbers.
    init(reading count: Int, from reader: inout ByteReader) throws(CodecError) {
        guard count > 0 else {
            numbers = []
            return
        }
        guard let form = Form(rawValue: try reader.byte()) else {
            throw .invalid("form of numbers")
        }
        guard count <= reader.remaining else { throw .truncated }
        switch form {
        case .differences: numbers = try Self.readDifferences(count, from: &reader)
        case .distances:
            let least = try reader.zigzag()
            numbers = try Self.read(count) { () throws(CodecError) in
                least &+ Int64(bitPattern: try reader.varint())
            }
        case .dictionary:
            let values = try Self.readDifferences(try reader.count(), from: &reader)
            numbers = try Self.read(count) { () throws(CodecError) in
                values[try reader.index(below: values.count, "dictionary index")]
            }
        }
    }

    private static func readDifferences(
        _ count: Int, from reader: inout ByteReader
    ) throws(CodecError) -> [Int64] {
        var previous: Int64 = 0
        return try read(count) { () throws(CodecError) in
            previous &+= try reader.zigzag()
            return previous
        }
    }

    @inline(__always)
    private static func read(
        _ count: Int, _ next: () throws(CodecError) -> Int64
    ) throws(CodecError) -> [Int64] {
        var numbers: [Int64] = []
        numbers.reserveCapacity(count)
        for _ in 0..<count { numbers.append(try next()) }
        return numbers
    }
}

/// The values of a list of numbers, where they are few.
private struct SmallDictionary {
    /// In rising order.
    let entries: [Int64]
    private let indexByEntry: [Int64: Int]

    /// Nil where there are more than fit in indexes of one byte.
    init?(_ numbers: [Int64]) {
        var seen: Set<Int64> = []
        for number in numbers where seen.insert(number).inserted {
            guard seen.count <= Self.mostEntries else { return nil }
        }
        entries = seen.sorted()
        indexByEntry = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1, $0) })
    }

    func writeIndexes(of numbers: ArraySlice<Int64>, to writer: inout ByteWriter) {
        for number in numbers { writer.append(count: indexByEntry[number] ?? 0) }
    }

    private static let mostEntries = 127
}
