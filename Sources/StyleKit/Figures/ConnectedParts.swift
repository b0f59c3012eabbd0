/// The connected parts of a mask.
enum ConnectedParts {
    /// The mask without parts below a share of the largest, four neighbours a pixel.
    static func withoutSmall(_ mask: FigureMask, share: Double = 0.04) -> FigureMask {
        let (numbers, sizes) = labelled(mask)
        let least = Double(sizes.max() ?? 0) * share
        var result = mask
        for index in mask.values.indices where mask[index] {
            if Double(sizes[Int(numbers[index])]) < least { result[index] = false }
        }
        return result
    }

    /// The number of the part of each pixel, -1 outside, and the size of each part.
    static func labelled(_ mask: FigureMask) -> (numbers: [Int32], sizes: [Int]) {
        parts(width: mask.width, height: mask.height) { mask[$0] ? 1 : 0 }
    }

    /// The parts of equal values from 1; 0 is outside.
    static func parts(
        width: Int, height: Int, _ value: (Int) -> UInt8
    ) -> (numbers: [Int32], sizes: [Int]) {
        var numbers = [Int32](repeating: -1, count: width * height)
        var sizes: [Int] = []
        var waiting: [Int] = []
        for start in 0..<(width * height) where numbers[start] < 0 && value(start) > 0 {
            let own = value(start)
            let number = Int32(sizes.count)
            numbers[start] = number
            waiting.append(start)
            var size = 0
            while let index = waiting.popLast() {
                size += 1
                let x = index % width
                func visit(_ next: Int) {
                    guard numbers[next] < 0, value(next) == own else { return }
                    numbers[next] = number
                    waiting.append(next)
                }
                if x > 0 { visit(index - 1) }
                if x < width - 1 { visit(index + 1) }
                if index >= width { visit(index - width) }
                if index + width < width * height { visit(index + width) }
            }
            sizes.append(size)
        }
        return (numbers, sizes)
    }
}
