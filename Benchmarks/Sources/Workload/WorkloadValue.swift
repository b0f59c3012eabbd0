package import Foundation

/// A value of one column.
package enum WorkloadValue: Hashable, Sendable {
    case integer(Int64)
    case text(String)
    case blob(Data)

    /// The value of `column` in row `row`, drawn from `stream`.
    static func drawn(
        for column: WorkloadColumn, row: Int, from stream: inout SeededStream
    ) -> WorkloadValue {
        switch column {
        case .title:
            let words = Words.drawn(4, from: &stream)
            let number = stream.next(below: 100)
            return .text(words + (number < 10 ? " 0\(number)" : " \(number)"))
        case .fileHash:
            return .blob(Data((0..<4).flatMap { _ in littleEndian(stream.next()) }))
        case .width, .height:
            return .integer(512 + 64 * Int64(stream.next(below: 57)))
        case .createdAt:
            let start = 1_700_000_000_000 + row * 10_000
            return .integer(Int64(start + stream.next(below: 10_000)))
        case .license:
            return .text(Words.licenses[stream.next(below: Words.licenses.count)])
        case .note:
            return .text(Words.drawn(14, from: &stream))
        }
    }

    static func littleEndian(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
}
