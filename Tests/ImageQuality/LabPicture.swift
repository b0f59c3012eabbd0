import StyleKit

/// A picture in OKLab × 100, in eighths of a unit: whole numbers, as measures compare them.
///
/// Clear parts are laid on middle grey.
struct LabPicture {
    static let unit = 8

    let width: Int
    let height: Int
    /// `[height * width]`: lightness, green-red, blue-yellow, 0.
    let pixels: [SIMD4<Int16>]

    init(_ picture: Picture) {
        width = picture.width
        height = picture.height
        var known: [UInt32: SIMD4<Int16>] = [:]
        var pixels: [SIMD4<Int16>] = []
        pixels.reserveCapacity(width * height)
        for base in stride(from: 0, to: picture.pixels.count, by: 4) {
            let alpha = Int(picture.pixels[base + 3])
            let lanes = (0..<3).map { lane in
                (Int(picture.pixels[base + lane]) * alpha + 119 * (255 - alpha) + 127) / 255
            }
            let key = UInt32(lanes[0]) << 16 | UInt32(lanes[1]) << 8 | UInt32(lanes[2])
            let lab =
                known[key]
                ?? Self.lab(UInt8(lanes[0]), UInt8(lanes[1]), UInt8(lanes[2]))
            known[key] = lab
            pixels.append(lab)
        }
        self.pixels = pixels
    }

    /// Lightness alone, 0 to 100.
    var lightness: [Float] { pixels.map { Float($0.x) / Float(Self.unit) } }

    private static func lab(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> SIMD4<Int16> {
        let color = OKLab(red: red, green: green, blue: blue)
        let scale = Float(100 * unit)
        return SIMD4(
            Int16((color.lightness * scale).rounded()), Int16((color.greenRed * scale).rounded()),
            Int16((color.blueYellow * scale).rounded()), 0)
    }
}
