/// The values of one column, side by side: no allocation per value.
///
/// Texts and blobs lie in one run of bytes; equal ones may share a place.
package struct CellColumn: Sendable {
    /// What a cell holds; the raw value is its wire form.
    package enum Kind: UInt8, Sendable {
        case null = 0
        case integer = 1
        case real = 2
        case text = 3
        case blob = 4
    }

    var kinds: [UInt8] = []
    /// An integer, a real's bits, or a text's or blob's offset << 32 | length.
    var numbers: [Int64] = []
    var bytes: [UInt8] = []

    /// No cells.
    package init() {}

    /// How many cells.
    package var count: Int { kinds.count }

    /// About how many bytes the cells take before compression.
    var byteCount: Int { bytes.count + kinds.count * 2 }

    /// The value of a cell.
    package subscript(index: Int) -> SQLValue {
        switch kind(index) {
        case .null: .null
        case .integer: .integer(numbers[index])
        case .real: .real(Double(bitPattern: UInt64(bitPattern: numbers[index])))
        case .text: .text(Array(bytes[range(index)]))
        case .blob: .blob(Array(bytes[range(index)]))
        }
    }

    /// Adds a value.
    package mutating func append(_ value: SQLValue) {
        switch value {
        case .null: append(.null, 0)
        case .integer(let integer): append(.integer, integer)
        case .real(let real): append(.real, Int64(bitPattern: real.bitPattern))
        case .text(let text): text.withUnsafeBytes { append(.text, copying: $0) }
        case .blob(let blob): blob.withUnsafeBytes { append(.blob, copying: $0) }
        }
    }

    /// Adds a null, an integer or the bits of a real.
    mutating func append(_ kind: Kind, _ number: Int64) {
        kinds.append(kind.rawValue)
        numbers.append(number)
    }

    /// Adds a text or blob.
    mutating func append(_ kind: Kind, copying source: UnsafeRawBufferPointer) {
        append(kind, offset: bytes.count, length: source.count)
        bytes.append(contentsOf: source)
    }

    /// Adds a text or blob whose bytes are there, or will be before it is read.
    mutating func append(_ kind: Kind, offset: Int, length: Int) {
        append(kind, Int64(offset) << 32 | Int64(length))
    }

    /// Puts bytes where cells will refer to them.
    mutating func store(_ source: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: source)
    }

    mutating func reserve(cells: Int, bytes count: Int) {
        kinds.reserveCapacity(cells)
        numbers.reserveCapacity(cells)
        bytes.reserveCapacity(count)
    }

    /// What a cell holds.
    @inline(__always)
    func kind(_ index: Int) -> Kind {
        // Only known kinds are ever added.
        Kind(rawValue: kinds[index]) ?? .null
    }

    /// Where a text's or blob's bytes lie.
    @inline(__always)
    func range(_ index: Int) -> Range<Int> {
        let span = numbers[index]
        let offset = Int(span >> 32)
        return offset..<offset + Int(span & 0xffff_ffff)
    }
}

extension CellColumn: Equatable {
    /// The same values, wherever their bytes lie.
    package static func == (left: Self, right: Self) -> Bool {
        left.count == right.count && left.kinds.indices.allSatisfy { left[$0] == right[$0] }
    }
}
