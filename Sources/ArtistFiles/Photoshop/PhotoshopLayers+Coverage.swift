extension PhotoshopLayers {
    /// The layers with pixels, the lowest first, with the names of their groups.
    var tree: [ArtistLayers.Layer] {
        var layers: [ArtistLayers.Layer] = []
        var groups: [Record] = []
        // From the top: a group's head comes before its layers.
        for (index, record) in records.enumerated().reversed() {
            switch record.kind {
            case .group: if groups.count < Limits.layerDepth { groups.append(record) }
            case .groupEnd: _ = groups.popLast()
            case .pixels:
                layers.append(
                    ArtistLayers.Layer(
                        names: groups.map(\.name) + [record.name],
                        isVisible: record.isVisible && groups.allSatisfy(\.isVisible),
                        hides: record.hides && groups.allSatisfy(\.hides),
                        source: .record(index)))
            }
        }
        return layers.reversed()
    }
}

extension PhotoshopFile {
    private static let transparency = -1
    private static let mask = -2

    /// Calls `body` with the left edge, the row and the alphas of each row of a layer, its mask
    /// applied. Without transparency it covers its whole rectangle.
    func eachAlphaRow(
        ofLayer index: Int, _ body: (Int, Int, [UInt8]) -> Void
    ) throws(ArtistFileError) {
        let record = layers.records[index]
        guard record.width > 0, record.height > 0 else { return }
        guard record.width <= Limits.layerPixels / record.height else {
            throw .unsupported("a layer has more than \(Limits.layerPixels) pixels")
        }
        let alphas = try planes(
            of: record, channel: Self.transparency, width: record.width, height: record.height)
        var mask: PhotoshopPlanes?
        if let area = record.mask, area.width > 0, area.height > 0,
            area.width <= Limits.layerPixels / area.height
        {
            mask = try planes(
                of: record, channel: Self.mask, width: area.width, height: area.height)
        }
        var maskRow = record.mask?.top ?? 0
        for row in 0..<record.height {
            try alphas?.next()
            var line =
                alphas.map { levels($0.rows[0], record.width) }
                ?? [UInt8](repeating: 255, count: record.width)
            if let area = record.mask, let mask {
                let y = record.top + row
                let end = area.top + area.height
                while maskRow <= y, maskRow < end {
                    try mask.next()
                    maskRow += 1
                }
                let isWithin = (area.top..<end).contains(y)
                let values = isWithin ? levels(mask.rows[0], area.width) : []
                for x in 0..<record.width {
                    let column = record.left + x - area.left
                    let value =
                        values.indices.contains(column) ? Int(values[column]) : area.outside
                    line[x] = UInt8(Int(line[x]) * value / 255)
                }
            }
            body(record.left, record.top + row, line)
        }
    }

    /// The packed rows of one channel of a layer; nil without it.
    private func planes(
        of record: PhotoshopLayers.Record, channel: Int, width: Int, height: Int
    ) throws(ArtistFileError) -> PhotoshopPlanes? {
        guard let range = record.channels.first(where: { $0.id == channel })?.range,
            range.count > 2
        else { return nil }
        return try PhotoshopPlanes(
            bytes, at: range.lowerBound, header: header.plane(width: width, height: height),
            count: 1)
    }

    /// One byte a sample: of two the higher.
    private func levels(_ row: [UInt8], _ width: Int) -> [UInt8] {
        header.depth == 16 ? stride(from: 0, to: width * 2, by: 2).map { row[$0] } : row
    }
}
