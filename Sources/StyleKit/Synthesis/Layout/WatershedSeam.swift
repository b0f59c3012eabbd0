/// Cuts a new fragment along pixels where it differs little from the picture.
///
/// A watershed by flooding (Meyer, 1991): the middle of the fragment and the picture around it
/// grow, most different pixels first, so that they meet where the difference is small.
struct WatershedSeam {
    /// Priorities of the flooding; the highest is flooded first.
    private static let grades = 64
    /// The priorities that 100 units of detail are worth.
    private static let detailParts = 15

    private let width: Int
    private let height: Int
    private var isOld: [Bool]
    private var isLocked: [Bool]
    private var grade: [Int]

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        isOld = [Bool](repeating: false, count: width * height)
        isLocked = [Bool](repeating: false, count: width * height)
        grade = [Int](repeating: 0, count: width * height)
    }

    /// Declares a pixel to be covered already.
    ///
    /// - Parameters:
    ///   - difference: The squared difference of the fragment from the picture there.
    ///   - noise: The part of chance, in priorities.
    ///   - detail: The detail in both, through which no seam should run.
    ///   - isLocked: Whether the picture keeps the pixel.
    mutating func setOld(
        x: Int, y: Int, difference: Int, noise: Int, detail: Int, isLocked: Bool
    ) {
        isOld[y * width + x] = true
        self.isLocked[y * width + x] = isLocked
        let root = Int(Double(difference).squareRoot())
        grade[y * width + x] = min(
            Self.grades - 1, root / 2 + detail * Self.detailParts / 100 + noise)
    }

    /// `[height, width]`: which pixels the fragment takes.
    func cut() -> [Bool] {
        let count = width * height
        // 0 undecided, 1 picture, 2 fragment.
        var owner = [UInt8](repeating: 0, count: count)
        var queues = [[(pixel: Int, owner: UInt8)]](repeating: [], count: Self.grades)
        var heads = [Int](repeating: 0, count: Self.grades)
        for pixel in 0..<count {
            let isBorder = touchesOutside(pixel)
            if !isOld[pixel] {
                owner[pixel] = 2
            } else if isBorder || isLocked[pixel] {
                owner[pixel] = 1
            } else if isCore(pixel) {
                owner[pixel] = 2
            }
        }
        var highest = -1
        func push(around pixel: Int) {
            for next in neighbors(of: pixel) where owner[next] == 0 {
                queues[grade[next]].append((next, owner[pixel]))
                highest = max(highest, grade[next])
            }
        }
        for pixel in 0..<count where owner[pixel] != 0 { push(around: pixel) }
        while highest >= 0 {
            guard heads[highest] < queues[highest].count else {
                highest -= 1
                continue
            }
            let entry = queues[highest][heads[highest]]
            heads[highest] += 1
            guard owner[entry.pixel] == 0 else { continue }
            owner[entry.pixel] = entry.owner
            push(around: entry.pixel)
        }
        return owner.map { $0 == 2 }
    }

    private func touchesOutside(_ pixel: Int) -> Bool {
        let x = pixel % width
        let y = pixel / width
        return x == 0 || y == 0 || x == width - 1 || y == height - 1
    }

    private func isCore(_ pixel: Int) -> Bool {
        let x = pixel % width
        let y = pixel / width
        return abs(x * 2 + 1 - width) * 3 < width && abs(y * 2 + 1 - height) * 3 < height
    }

    private func neighbors(of pixel: Int) -> [Int] {
        let x = pixel % width
        var result: [Int] = []
        if x > 0 { result.append(pixel - 1) }
        if x < width - 1 { result.append(pixel + 1) }
        if pixel >= width { result.append(pixel - width) }
        if pixel + width < width * height { result.append(pixel + width) }
        return result
    }
}
