import CPatchKernel
import StyleKit
import TestSupport
import Testing

@Suite struct PatchKernelTests {
    // Goal: the kernel finds what plain arithmetic finds, on every machine.
    // Method: random patches and the extremes, mirrored and not, compared with loops.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func sumsAreExact(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for round in 0..<200 {
            let stride = 40
            let pixels = (0..<(stride * 8)).map { _ in byte(round, &random) }
            let others = (0..<(stride * 8)).map { _ in byte(round + 1, &random) }
            for isMirrored in [false, true] {
                var block = [Int16](repeating: 0, count: Int(atelier_unfolded_count))
                atelier_unfold(pixels, stride, isMirrored ? 1 : 0, &block)
                let sums = atelier_compare(block, others, stride)
                let expected = plainSums(pixels, others, stride, isMirrored)
                #expect(sums.squares == expected[4])
                #expect([sums.first, sums.second, sums.third] == Array(expected[0..<3]))
            }
        }
    }

    // Goal: the two closest descriptors are found, the first of equal ones first.
    // Method: a list with ties, looked through in two parts.
    @Test func theTwoClosestAreFound() {
        let values: [Int16] = [5, 1, 3, 1, 0, 9].flatMap { [Int16($0)] + [0, 0, 0, 0, 0, 0, 0] }
        let query = [Int16](repeating: 0, count: 8)
        var closest = atelier_closest(
            distance: .max, second_distance: .max, index: 0, second_index: 0)
        atelier_look_through(query, values, 0, 3, &closest)
        #expect([closest.index, closest.second_index] == [1, 2])
        atelier_look_through(query, values, 3, 6, &closest)
        #expect([closest.index, closest.second_index] == [4, 1])
        #expect([closest.distance, closest.second_distance] == [0, 1])
    }

    /// Random bytes, or only the extremes.
    private func byte(_ round: Int, _ random: inout SeededGenerator) -> UInt8 {
        switch round % 4 {
        case 0: 0
        case 1: 255
        default: UInt8.random(in: 0...255, using: &random)
        }
    }

    /// By lane, then of all squares.
    private func plainSums(
        _ pixels: [UInt8], _ others: [UInt8], _ stride: Int, _ isMirrored: Bool
    ) -> [Int32] {
        var sums = [Int32](repeating: 0, count: 5)
        for y in 0..<7 {
            for x in 0..<7 {
                for lane in 0..<4 {
                    let own = pixels[y * stride + (isMirrored ? 6 - x : x) * 4 + lane]
                    let gap = Int32(own) - Int32(others[y * stride + x * 4 + lane])
                    sums[lane] += gap
                    sums[4] += gap * gap
                }
            }
        }
        return sums
    }
}
