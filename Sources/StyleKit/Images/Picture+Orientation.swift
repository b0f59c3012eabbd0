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
