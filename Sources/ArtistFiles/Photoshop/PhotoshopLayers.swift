/// The section of layers and masks of a PSD or PSB file.
struct PhotoshopLayers {
    /// One layer, or the begin or end of a group.
    struct Record {
        enum Kind: Equatable {
            case pixels
            /// The head of a group, behind its layers in the file.
            case group
            /// The mark below the lowest layer of a group.
            case groupEnd
        }

        var name: String
        var kind = Kind.pixels
        var isVisible: Bool
        /// Whether it is mixed as usual, nearly opaque and not clipped to the layer below.
        var hides: Bool
        var left: Int
        var top: Int
        var width: Int
        var height: Int
        /// By the channel's id: where its packed data lies; -1 is transparency, -2 the mask.
        var channels: [(id: Int, range: Range<Int>)] = []
        /// The mask's rectangle.
        var mask: (left: Int, top: Int, width: Int, height: Int, outside: Int)?
    }

    /// The lowest first. Damaged records end the list: the merged picture does not need them.
    private(set) var records: [Record] = []
    /// Whether the first channel behind the merged picture's colours is its transparency.
    private(set) var mergedHasAlpha = false

    private let file: UntrustedBytes
    private let header: PhotoshopHeader

    /// Blocks of a PSB whose lengths have eight bytes.
    private static let longBlocks: Set<String> = [
        "LMsk", "Lr16", "Lr32", "Layr", "Mt16", "Mt32", "Mtrn", "Alph", "FMsk", "lnk2", "FEid",
        "FXid", "PxSD",
    ]

    init(_ file: UntrustedBytes, range: Range<Int>, header: PhotoshopHeader) {
        self.file = file
        self.header = header
        guard range.count >= lengthBytes, let length = long(at: range.lowerBound) else { return }
        let start = range.lowerBound + lengthBytes
        guard length <= range.upperBound - start else { return }
        if length > 0 { readRecords(start..<(start + length)) }
        guard let maskBytes = file.number(at: start + length, bytes: 4) else { return }
        eachBlock(
            in: (start + length + 4 + maskBytes)..<max(
                start + length + 4 + maskBytes, range.upperBound), alignment: 4
        ) { name, body in
            switch name {
            case "Mtrn", "Mt16", "Mt32": mergedHasAlpha = true
            case "Lr16", "Lr32", "Layr": if records.isEmpty { readRecords(body) }
            default: break
            }
        }
    }

    private var lengthBytes: Int { header.isBig ? 8 : 4 }

    /// A length of four bytes, or eight in a PSB.
    private func long(at position: Int) -> Int? {
        guard header.isBig else { return file.number(at: position, bytes: 4) }
        guard file.number(at: position, bytes: 1) == 0 else { return nil }
        return file.number(at: position + 1, bytes: 7)
    }

    private func signed(at position: Int) -> Int? {
        file.number(at: position, bytes: 4).map { Int(Int32(truncatingIfNeeded: $0)) }
    }

    /// Calls `body` with the name and the range of each block with a signature.
    private func eachBlock(
        in range: Range<Int>, alignment: Int, _ body: (String, Range<Int>) -> Void
    ) {
        var position = range.lowerBound
        while position + 12 <= range.upperBound, let tag = file.part(at: position, bytes: 4),
            tag.starts(with: Array("8BIM".utf8)) || tag.starts(with: Array("8B64".utf8)),
            let key = file.part(at: position + 4, bytes: 4)
        {
            let name = String(decoding: key.bytes, as: UTF8.self)
            let isLong = header.isBig && Self.longBlocks.contains(name)
            guard
                let length = isLong
                    ? long(at: position + 8)
                    : file.number(
                        at: position + 8, bytes: 4)
            else { return }
            let start = position + (isLong ? 16 : 12)
            guard start <= range.upperBound, length <= range.upperBound - start else { return }
            body(name, start..<(start + length))
            position = start + (length + alignment - 1) / alignment * alignment
        }
    }

    /// Reads the records, then finds where the data of their channels lies behind them.
    private mutating func readRecords(_ range: Range<Int>) {
        guard let number = file.number(at: range.lowerBound, bytes: 2) else { return }
        let count = Int(Int16(truncatingIfNeeded: number))
        if count < 0 { mergedHasAlpha = true }
        var position = range.lowerBound + 2
        var lengths: [[(id: Int, bytes: Int)]] = []
        for _ in 0..<min(abs(count), Limits.layers) {
            guard let read = record(at: position, limit: range.upperBound) else { break }
            records.append(read.record)
            lengths.append(read.lengths)
            position = read.end
        }
        for (index, channels) in lengths.enumerated() {
            for channel in channels {
                guard channel.bytes <= range.upperBound - position else { return }
                records[index].channels.append(
                    (channel.id, position..<(position + channel.bytes)))
                position += channel.bytes
            }
        }
    }

    private func record(
        at start: Int, limit: Int
    ) -> (record: Record, lengths: [(id: Int, bytes: Int)], end: Int)? {
        let sides = (0..<4).compactMap { signed(at: start + $0 * 4) }
        guard sides.count == 4, let count = file.number(at: start + 16, bytes: 2),
            count <= Limits.samples + 4
        else { return nil }
        var position = start + 18
        var lengths: [(id: Int, bytes: Int)] = []
        for _ in 0..<count {
            guard let id = file.number(at: position, bytes: 2), let bytes = long(at: position + 2)
            else { return nil }
            lengths.append((Int(Int16(truncatingIfNeeded: id)), bytes))
            position += 2 + lengthBytes
        }
        guard file.part(at: position, bytes: 4)?.starts(with: Array("8BIM".utf8)) == true,
            let blending = file.part(at: position + 4, bytes: 4),
            let opacity = file.number(at: position + 8, bytes: 1),
            let clipping = file.number(at: position + 9, bytes: 1),
            let flags = file.number(at: position + 10, bytes: 1),
            let extra = file.number(at: position + 12, bytes: 4), extra <= limit - position - 16
        else { return nil }
        var record = Record(
            name: "", isVisible: flags & 2 == 0,
            hides: clipping == 0 && opacity >= 230
                && (blending.starts(with: Array("norm".utf8))
                    || blending.starts(with: Array("pass".utf8))),
            left: sides[1], top: sides[0],
            width: max(0, sides[3] - sides[1]), height: max(0, sides[2] - sides[0]))
        readExtra((position + 16)..<(position + 16 + extra), into: &record)
        return (record, lengths, position + 16 + extra)
    }

    /// Reads the mask, the name and the blocks of one layer.
    private func readExtra(_ range: Range<Int>, into record: inout Record) {
        guard let maskBytes = file.number(at: range.lowerBound, bytes: 4) else { return }
        let maskStart = range.lowerBound + 4
        let sides = (0..<4).compactMap { signed(at: maskStart + $0 * 4) }
        if maskBytes >= 18, sides.count == 4,
            let outside = file.number(at: maskStart + 16, bytes: 1),
            let flags = file.number(at: maskStart + 17, bytes: 1), flags & 2 == 0
        {
            record.mask = (
                sides[1], sides[0], max(0, sides[3] - sides[1]), max(0, sides[2] - sides[0]),
                outside
            )
        }
        let rangesStart = maskStart + maskBytes
        guard let rangesBytes = file.number(at: rangesStart, bytes: 4),
            let nameBytes = file.number(at: rangesStart + 4 + rangesBytes, bytes: 1)
        else { return }
        let nameStart = rangesStart + 5 + rangesBytes
        guard let name = file.part(at: nameStart, bytes: nameBytes) else { return }
        record.name = String(decoding: name.bytes, as: UTF8.self)
        let blocks = rangesStart + 4 + rangesBytes + (nameBytes + 4) / 4 * 4
        guard blocks <= range.upperBound else { return }
        var found = record
        eachBlock(in: blocks..<range.upperBound, alignment: 2) { key, body in
            switch key {
            case "luni": found.name = unicodeName(body) ?? found.name
            case "lsct", "lsdk":
                switch file.number(at: body.lowerBound, bytes: 4) {
                case 1, 2: found.kind = .group
                case 3: found.kind = .groupEnd
                default: break
                }
            default: break
            }
        }
        record = found
    }

    /// A count of UTF-16 units, and these.
    private func unicodeName(_ range: Range<Int>) -> String? {
        guard let count = file.number(at: range.lowerBound, bytes: 4),
            count * 2 <= min(range.count - 4, Limits.layerNameBytes)
        else { return nil }
        let units = (0..<count).compactMap { index -> UInt16? in
            file.number(at: range.lowerBound + 4 + index * 2, bytes: 2).map {
                UInt16(truncatingIfNeeded: $0)
            }
        }
        return String(decoding: units.filter { $0 != 0 }, as: UTF16.self)
    }
}
