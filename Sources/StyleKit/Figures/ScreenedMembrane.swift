/// A smooth correction inside an area that has given values along its border and fades away from
/// it: the screened Poisson equation (Bhat et al., *Fourier Analysis of the 2D Screened Poisson
/// Equation for Gradient Domain Problems*, 2008), by conjugate gradients.
///
/// All three lanes are solved at once, on one thread and in one order.
struct ScreenedMembrane {
    /// A value beyond the border, and how much it counts, 0 to 1.
    typealias BorderValue = (value: SIMD4<Float>, weight: Float)

    private let pixels: [Int32]
    /// By unknown: the unknowns to the right, left, below and above; -1 for none.
    private var neighbors: [SIMD4<Int32>] = []
    private var diagonal: [Float] = []
    private var right: [SIMD4<Float>] = []

    /// - Parameters:
    ///   - area: The pixels that are corrected; none at the edge of the raster.
    ///   - decay: How fast corrections fade: over about 1 / √decay pixels.
    ///   - border: The wanted correction at a pixel beside the area.
    init(_ area: FigureMask, decay: Float, border: (Int) -> BorderValue) {
        var numbers = [Int32](repeating: -1, count: area.values.count)
        var list: [Int32] = []
        for y in 1..<max(1, area.height - 1) {
            for x in 1..<max(1, area.width - 1) where area[y * area.width + x] {
                numbers[y * area.width + x] = Int32(list.count)
                list.append(Int32(y * area.width + x))
            }
        }
        pixels = list
        for pixel in list {
            let index = Int(pixel)
            var links = SIMD4<Int32>(repeating: -1)
            var sum = decay
            var value = SIMD4<Float>()
            for (lane, step) in [1, -1, area.width, -area.width].enumerated() {
                let next = index + step
                links[lane] = numbers[next]
                if numbers[next] >= 0 {
                    sum += 1
                } else {
                    let wanted = border(next)
                    sum += wanted.weight
                    value += wanted.value * wanted.weight
                }
            }
            neighbors.append(links)
            diagonal.append(max(sum, 1e-6))
            right.append(value)
        }
    }

    /// Calls `add` with every pixel of the area and its correction.
    func solve(rounds: Int = 300, isCancelled: () -> Bool, _ add: (Int, SIMD4<Float>) -> Void) {
        let count = pixels.count
        guard count > 0 else { return }
        var solution = [SIMD4<Float>](repeating: SIMD4(), count: count)
        var rest = right
        var direction = [SIMD4<Float>](repeating: SIMD4(), count: count)
        for index in 0..<count { direction[index] = rest[index] / diagonal[index] }
        var image = direction
        var square = product(rest, direction)
        let goal = square * 1e-6
        for round in 0..<rounds {
            if round & 15 == 0, isCancelled() { return }
            guard square.x > goal.x || square.y > goal.y || square.z > goal.z else { break }
            apply(direction, into: &image)
            let step = SIMD4<Float>(Self.quotient(square, product(direction, image)))
            for index in 0..<count {
                solution[index] += direction[index] * step
                rest[index] -= image[index] * step
                image[index] = rest[index] / diagonal[index]
            }
            let next = product(rest, image)
            let turn = SIMD4<Float>(Self.quotient(next, square))
            square = next
            for index in 0..<count { direction[index] = image[index] + direction[index] * turn }
        }
        for index in 0..<count { add(Int(pixels[index]), solution[index]) }
    }

    private func apply(_ values: [SIMD4<Float>], into result: inout [SIMD4<Float>]) {
        for index in values.indices {
            var sum = values[index] * diagonal[index]
            let links = neighbors[index]
            if links.x >= 0 { sum -= values[Int(links.x)] }
            if links.y >= 0 { sum -= values[Int(links.y)] }
            if links.z >= 0 { sum -= values[Int(links.z)] }
            if links.w >= 0 { sum -= values[Int(links.w)] }
            result[index] = sum
        }
    }

    private func product(_ left: [SIMD4<Float>], _ right: [SIMD4<Float>]) -> SIMD4<Double> {
        var sum = SIMD4<Double>()
        for index in left.indices {
            let value = left[index] * right[index]
            sum += SIMD4(Double(value.x), Double(value.y), Double(value.z), 0)
        }
        return sum
    }

    private static func quotient(_ left: SIMD4<Double>, _ right: SIMD4<Double>) -> SIMD4<Double> {
        var result = SIMD4<Double>()
        for lane in 0..<3 where abs(right[lane]) > 1e-30 { result[lane] = left[lane] / right[lane] }
        return result
    }
}
