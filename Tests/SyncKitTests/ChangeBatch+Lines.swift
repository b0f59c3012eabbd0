import SyncKit

extension ChangeBatch {
    /// What is inside, in the words of `Scripts/read-segment`.
    var lines: [String] {
        var lines: [String] = []
        if let summary {
            lines.append("summary cursor \(summary.cursor) digest \(hex(summary.digest))")
        }
        for dated in stamps {
            lines.append(
                "stamp \(dated.stamp.time.rawValue) \(hex(dated.stamp.replica)) "
                    + "seen \(dated.causalCursor) sequence \(dated.sequence)")
        }
        for table in tables { lines += table.lines }
        return lines
    }
}

extension SealedSegment {
    /// The header in the words of `Scripts/read-segment`.
    var lines: [String] {
        [
            "segment \(header.replica) number \(header.number) epoch \(header.keyEpoch) "
                + "flags \(header.flags.rawValue) highest \(header.highestStamp.rawValue)",
            "account \(hex(header.account)) previous \(hex(header.previous))",
        ]
    }
}

extension TableChanges {
    fileprivate var lines: [String] {
        ["table \(table)"] + rowLines + deleteLines + editLines
            + counts.map { count in
                "count \(hex(count.key.bytes)) life \(count.causalLength) \(count.column) "
                    + "stamp \(count.stamp) source \(hex(count.source)) number \(count.number) "
                    + "total \(count.total)"
            }
    }

    private var rowLines: [String] {
        (0..<rows.count).flatMap { row in
            let causalLength = rows.causalLengths.first { $0.row == row }?.causalLength ?? 1
            let createdStamp = rows.createdStamps[row]
            let cells = rows.columns.map { column in
                let own = rows.exceptions.first { $0.row == row && $0.column == column.id }
                return
                    "  \(column.id) stamp \(own?.stamp ?? createdStamp) \(column.cells[row].line)"
            }
            return ["row \(hex(rows.keys[row].bytes)) life \(causalLength) began \(createdStamp)"]
                + cells
        }
    }

    private var deleteLines: [String] {
        (0..<deletes.count).map { row in
            "death \(hex(deletes.keys[row].bytes)) life \(deletes.causalLengths[row]) "
                + "stamp \(deletes.stamps[row])"
        }
    }

    private var editLines: [String] {
        (0..<updates.count).flatMap { row in
            let causalLength = updates.causalLengths.first { $0.row == row }?.causalLength ?? 1
            let cells = updates.columns.compactMap { column -> String? in
                guard let place = column.rows.firstIndex(of: Int32(row)) else { return nil }
                return "  \(column.id) stamp \(column.stamps[place]) \(column.cells[place].line)"
            }
            return ["edit \(hex(updates.keys[row].bytes)) life \(causalLength)"] + cells
        }
    }
}

extension SQLValue {
    fileprivate var line: String {
        switch self {
        case .null: "null"
        case .integer(let value): "integer \(value)"
        case .real(let value): "real \(hex(value.bitPattern))"
        case .text(let bytes): "text \"\(Self.shown(bytes))\""
        case .blob(let bytes): "blob \(hex(bytes))"
        }
    }

    private static func shown(_ bytes: [UInt8]) -> String {
        bytes.reduce(into: "") { text, byte in
            let isPlain = (0x20...0x7e).contains(byte) && byte != 0x5c
            text += isPlain ? String(Unicode.Scalar(byte)) : "\\" + hex([byte])
        }
    }
}

private func hex(_ word: UInt64) -> String {
    withUnsafeBytes(of: word.bigEndian) { hex(Array($0)) }
}

private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
