/// The smooth map through given points with the least bending (Bookstein, *Principal Warps*, 1989).
package struct ThinPlateSpline: FigureMap {
    private let points: [SIMD2<Double>]
    private let weights: [SIMD2<Double>]
    private let constant: SIMD2<Double>
    private let across: SIMD2<Double>
    private let down: SIMD2<Double>

    /// - Parameters:
    ///   - points: At least three, not all in a line.
    ///   - targets: The images of the points.
    ///   - stiffness: 0 to pass through the targets; the more, the more it is an affine map.
    package init(from points: [SIMD2<Double>], to targets: [SIMD2<Double>], stiffness: Double) {
        let count = points.count
        self.points = points
        var rows = [[Double]](
            repeating: [Double](repeating: 0, count: count + 3), count: count + 3)
        for row in 0..<count {
            for column in 0..<count {
                let gap = points[row] - points[column]
                rows[row][column] = Self.bend((gap * gap).sum())
            }
            rows[row][row] += stiffness * Double(count)
            for (lane, value) in [1, points[row].x, points[row].y].enumerated() {
                rows[row][count + lane] = value
                rows[count + lane][row] = value
            }
        }
        let zeros = [SIMD2<Double>](repeating: SIMD2(), count: 3)
        let solution = LinearSystem.solve(rows, targets + zeros)
        weights = Array(solution[..<count])
        constant = solution[count]
        across = solution[count + 1]
        down = solution[count + 2]
    }

    /// The image of a point.
    package func source(_ unit: SIMD2<Double>) -> SIMD2<Double> {
        var result = constant + across * unit.x + down * unit.y
        for (point, weight) in zip(points, weights) {
            let gap = unit - point
            result += weight * Self.bend((gap * gap).sum())
        }
        return result
    }

    /// r² log r of a squared distance.
    @inline(__always)
    private static func bend(_ square: Double) -> Double {
        square > 1e-12 ? square * Curves.logarithm(square) / 2 : 0
    }

    /// The logarithm of the greatest change of area in a rectangle over the least.
    func stretch(columns: StrideTo<Double>, rows: StrideTo<Double>) -> Double {
        var least = Double.infinity
        var greatest = 0.0
        for y in rows {
            for x in columns {
                let here = source(SIMD2(x, y))
                let a = source(SIMD2(x + 1, y)) - here
                let b = source(SIMD2(x, y + 1)) - here
                let area = abs(a.x * b.y - a.y * b.x)
                least = min(least, area)
                greatest = max(greatest, area)
            }
        }
        return Curves.logarithm(max(greatest, 1e-6) / max(least, 1e-6))
    }
}

/// Small systems of linear equations.
enum LinearSystem {
    /// Solves by Gauss's elimination with pivots; a singular system gives zeros where it is open.
    static func solve(_ matrix: [[Double]], _ right: [SIMD2<Double>]) -> [SIMD2<Double>] {
        var rows = matrix
        var values = right
        let count = rows.count
        for column in 0..<count {
            var pivot = column
            for row in column..<count where abs(rows[row][column]) > abs(rows[pivot][column]) {
                pivot = row
            }
            rows.swapAt(pivot, column)
            values.swapAt(pivot, column)
            guard abs(rows[column][column]) > 1e-12 else { continue }
            for row in (column + 1)..<max(column + 1, count) {
                let factor = rows[row][column] / rows[column][column]
                guard factor != 0 else { continue }
                for lane in column..<count { rows[row][lane] -= factor * rows[column][lane] }
                values[row] -= values[column] * factor
            }
        }
        var solution = [SIMD2<Double>](repeating: SIMD2(), count: count)
        for row in (0..<count).reversed() {
            guard abs(rows[row][row]) > 1e-12 else { continue }
            var value = values[row]
            for column in (row + 1)..<max(row + 1, count) {
                value -= solution[column] * rows[row][column]
            }
            solution[row] = value / rows[row][row]
        }
        return solution
    }
}
