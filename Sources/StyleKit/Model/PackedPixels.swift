/// Lossless compression of pixels that gives the same bytes on every machine: the chunks of the QOI
/// image format (Szablewski, *The Quite OK Image Format*, 2022), without its header and end marker.
///
/// Each pixel is a run of the last one (`11nnnnnn`, 1 to 62), a recent colour by hash (`00hhhhhh`),
/// a small difference (`01rrggbb`), a difference led by green (`10gggggg rrrrbbbb`), or literal
/// (`FE` RGB, `FF` RGBA).
enum PackedPixels {
    static func pack(_ canvas: Canvas) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(canvas.width * canvas.height * 2)
        var recent = [SIMD4<UInt8>](repeating: SIMD4(repeating: 0), count: 64)
        var last = SIMD4<UInt8>(0, 0, 0, 255)
        var run: UInt8 = 0
        for index in 0..<(canvas.width * canvas.height) {
            let pixel = canvas.pixels[index]
            if pixel == last {
                run += 1
                if run == 62 { flush(&run, to: &output) }
                continue
            }
            if run > 0 { flush(&run, to: &output) }
            let slot = hash(pixel)
            if recent[slot] == pixel {
                output.append(UInt8(slot))
            } else {
                recent[slot] = pixel
                appendChange(from: last, to: pixel, in: &output)
            }
            last = pixel
        }
        if run > 0 { flush(&run, to: &output) }
        return output
    }

    /// - Returns: nil unless the bytes hold exactly the pixels of that size.
    static func unpack(_ bytes: ArraySlice<UInt8>, width: Int, height: Int) -> Canvas? {
        let canvas = Canvas(width: width, height: height)
        let isWhole = bytes.withUnsafeBufferPointer { unpack($0, into: canvas) }
        return isWhole ? canvas : nil
    }

    /// Whether the bytes hold exactly the pixels of that size.
    static func isWhole(_ bytes: ArraySlice<UInt8>, width: Int, height: Int) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            var position = 0
            var index = 0
            while index < width * height {
                guard position < bytes.count else { return false }
                let tag = bytes[position]
                let isRun = tag >= 0xC0 && tag < 0xFE
                index += isRun ? Int(tag & 0x3F) + 1 : 1
                position += 1 + (isRun ? 0 : followers(of: tag))
            }
            return index == width * height && position == bytes.count
        }
    }

    /// How many bytes follow a pixel's first one.
    private static func followers(of tag: UInt8) -> Int {
        tag == 0xFF ? 4 : tag == 0xFE ? 3 : tag >= 0x80 ? 1 : 0
    }

    private static func unpack(_ bytes: UnsafeBufferPointer<UInt8>, into canvas: Canvas) -> Bool {
        var recent = [SIMD4<UInt8>](repeating: SIMD4(repeating: 0), count: 64)
        var last = SIMD4<UInt8>(0, 0, 0, 255)
        var position = 0
        var index = 0
        let total = canvas.width * canvas.height
        while index < total {
            guard position < bytes.count else { return false }
            let tag = bytes[position]
            position += 1
            if tag >= 0xC0, tag < 0xFE {
                let run = Int(tag & 0x3F) + 1
                guard index + run <= total else { return false }
                for step in 0..<run { canvas.pixels[index + step] = last }
                index += run
                continue
            }
            let more = followers(of: tag)
            guard position + more <= bytes.count else { return false }
            if tag < 0x40 {
                last = recent[Int(tag)]
            } else {
                last = changed(last, by: tag, bytes, at: position)
            }
            position += more
            recent[hash(last)] = last
            canvas.pixels[index] = last
            index += 1
        }
        return position == bytes.count
    }

    private static func changed(
        _ last: SIMD4<UInt8>, by tag: UInt8, _ bytes: UnsafeBufferPointer<UInt8>, at position: Int
    ) -> SIMD4<UInt8> {
        switch tag {
        case 0xFF:
            return SIMD4(
                bytes[position], bytes[position + 1], bytes[position + 2], bytes[position + 3])
        case 0xFE:
            return SIMD4(bytes[position], bytes[position + 1], bytes[position + 2], last.w)
        case 0x80...:
            let green = (tag & 0x3F) &- 32
            let rest = bytes[position]
            let change = SIMD4(
                green &+ (rest >> 4) &- 8, green, green &+ (rest & 0x0F) &- 8, 0)
            return last &+ change
        default:
            let change = SIMD4(
                (tag >> 4 & 3) &- 2, (tag >> 2 & 3) &- 2, (tag & 3) &- 2, 0)
            return last &+ change
        }
    }

    private static func appendChange(
        from last: SIMD4<UInt8>, to pixel: SIMD4<UInt8>, in output: inout [UInt8]
    ) {
        guard pixel.w == last.w else {
            output.append(contentsOf: [0xFF, pixel.x, pixel.y, pixel.z, pixel.w])
            return
        }
        let red = pixel.x &- last.x
        let green = pixel.y &- last.y
        let blue = pixel.z &- last.z
        if red &+ 2 < 4, green &+ 2 < 4, blue &+ 2 < 4 {
            output.append(0x40 | (red &+ 2) << 4 | (green &+ 2) << 2 | (blue &+ 2))
        } else if green &+ 32 < 64, red &- green &+ 8 < 16, blue &- green &+ 8 < 16 {
            output.append(0x80 | (green &+ 32))
            output.append((red &- green &+ 8) << 4 | (blue &- green &+ 8))
        } else {
            output.append(contentsOf: [0xFE, pixel.x, pixel.y, pixel.z])
        }
    }

    private static func flush(_ run: inout UInt8, to output: inout [UInt8]) {
        output.append(0xC0 | (run - 1))
        run = 0
    }

    private static func hash(_ pixel: SIMD4<UInt8>) -> Int {
        (Int(pixel.x) * 3 + Int(pixel.y) * 5 + Int(pixel.z) * 7 + Int(pixel.w) * 11) & 63
    }
}
