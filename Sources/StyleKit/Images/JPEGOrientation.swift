/// How a camera was held: the EXIF orientation, 1 to 8, where 1 is upright.
enum JPEGOrientation {
    /// Walks the segments before the scan; anything odd means upright, never an error.
    static func read(from bytes: [UInt8]) -> Int {
        var position = 2
        while position + 4 <= bytes.count, bytes[position] == 0xFF {
            let marker = bytes[position + 1]
            if marker == 0xDA || marker == 0xD9 { return 1 }
            let length = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
            guard length >= 2, position + 2 + length <= bytes.count else { return 1 }
            if marker == 0xE1 {
                let segment = bytes[(position + 4)..<(position + 2 + length)]
                if let value = orientation(inSegment: Array(segment)) { return value }
            }
            position += 2 + length
        }
        return 1
    }

    private static func orientation(inSegment segment: [UInt8]) -> Int? {
        guard segment.starts(with: [0x45, 0x78, 0x69, 0x66, 0, 0]) else { return nil }
        let tiff = Array(segment.dropFirst(6))
        guard tiff.count >= 8 else { return nil }
        let isLittle = tiff[0] == 0x49
        func number(_ offset: Int, _ count: Int) -> Int? {
            guard offset >= 0, offset + count <= tiff.count else { return nil }
            let part = tiff[offset..<(offset + count)]
            return (isLittle ? Array(part.reversed()) : Array(part)).reduce(0) { $0 << 8 | Int($1) }
        }
        guard let start = number(4, 4), let count = number(start, 2) else { return nil }
        for index in 0..<min(count, 64) {
            let entry = start + 2 + index * 12
            guard let tag = number(entry, 2) else { return nil }
            if tag == 0x0112, let value = number(entry + 8, 2), (1...8).contains(value) {
                return value
            }
        }
        return nil
    }
}

extension Picture {
    /// Turns and mirrors the picture so that it stands upright.
    func oriented(by orientation: Int) -> Picture {
        guard (2...8).contains(orientation) else { return self }
        let isTurned = orientation >= 5
        let newWidth = isTurned ? height : width
        let newHeight = isTurned ? width : height
        let flipsX = [2, 3, 7, 8].contains(orientation)
        let flipsY = [3, 4, 6, 7].contains(orientation)
        let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { target, used in
            pixels.withUnsafeBufferPointer { source in
                for y in 0..<newHeight {
                    for x in 0..<newWidth {
                        let across = isTurned ? y : x
                        let down = isTurned ? x : y
                        let sourceX = flipsX ? width - 1 - across : across
                        let sourceY = flipsY ? height - 1 - down : down
                        let from = (sourceY * width + sourceX) * 4
                        let to = (y * newWidth + x) * 4
                        for channel in 0..<4 { target[to + channel] = source[from + channel] }
                    }
                }
            }
            used = pixels.count
        }
        return Picture(checkedWidth: newWidth, height: newHeight, pixels: turned)
    }
}
