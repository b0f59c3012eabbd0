/// The discrete Fourier transform of squares of 64 × 64 complex numbers, in place.
struct Fourier {
    static let side = 64

    var real: [Float]
    var imaginary: [Float]

    init(real: [Float]) {
        self.real = real
        imaginary = [Float](repeating: 0, count: real.count)
    }

    /// Cosines and sines of 64ths of a turn.
    private static let turns: [(Float, Float)] = (0..<side).map { index in
        Turn.cosineAndSine(degrees: Float(index) * 360 / Float(side))
    }

    private static let reversed: [Int] = (0..<side).map { index in
        (0..<6).reduce(0) { $0 | (index >> $1 & 1) << (5 - $1) }
    }

    mutating func transform() {
        real.withUnsafeMutableBufferPointer { real in
            imaginary.withUnsafeMutableBufferPointer { imaginary in
                Fourier.turns.withUnsafeBufferPointer { turns in
                    for line in 0..<Fourier.side {
                        Fourier.run(
                            real, imaginary, turns, start: line * Fourier.side, step: 1)
                    }
                    for line in 0..<Fourier.side {
                        Fourier.run(real, imaginary, turns, start: line, step: Fourier.side)
                    }
                }
            }
        }
    }

    /// The transform of this square times that of another turned about: at each place of its
    /// transform stands how well both fit when one is moved so far.
    func correlated(with other: Fourier) -> [Float] {
        var product = self
        for index in real.indices {
            let (a, b) = (real[index], imaginary[index])
            let (c, d) = (other.real[index], other.imaginary[index])
            // The conjugate of a · conj(c): a forward transform then gives the inverse one.
            product.real[index] = a * c + b * d
            product.imaginary[index] = a * d - b * c
        }
        product.transform()
        return product.real
    }

    /// Cooley and Tukey's way, on one row or column.
    private static func run(
        _ real: UnsafeMutableBufferPointer<Float>, _ imaginary: UnsafeMutableBufferPointer<Float>,
        _ turns: UnsafeBufferPointer<(Float, Float)>, start: Int, step: Int
    ) {
        for index in 0..<side {
            let other = reversed[index]
            guard other > index else { continue }
            real.swapAt(start + index * step, start + other * step)
            imaginary.swapAt(start + index * step, start + other * step)
        }
        var half = 1
        while half < side {
            let stride = side / (2 * half)
            for group in Swift.stride(from: 0, to: side, by: 2 * half) {
                for place in 0..<half {
                    let (cosine, sine) = turns[place * stride]
                    let top = start + (group + place) * step
                    let low = top + half * step
                    let a = real[low] * cosine + imaginary[low] * sine
                    let b = imaginary[low] * cosine - real[low] * sine
                    (real[low], imaginary[low]) = (real[top] - a, imaginary[top] - b)
                    real[top] += a
                    imaginary[top] += b
                }
            }
            half *= 2
        }
    }
}
