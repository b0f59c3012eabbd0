/// The four bytes in which patches are compared: lightness, two chroma lanes, alpha.
///
/// Lightness spans 0 to 255 (2.55 a unit of OKLab × 100); chroma is weighted 1.6 times and
/// centred at 128. Colours are premultiplied against mid-grey, so hidden colour never counts.
struct Feature: Equatable {
    static let chromaScale: Float = 408
    static let neutral: Float = 128

    var lanes: SIMD4<UInt8>

    /// From premultiplied sRGB bytes.
    init(premultiplied pixel: SIMD4<UInt8>) {
        let alpha = pixel.w
        guard alpha > 0 else {
            lanes = SIMD4(128, 128, 128, 0)
            return
        }
        let color = Feature.unpremultiplied(pixel)
        let straight = Feature.encode(OKLab(red: color.x, green: color.y, blue: color.z))
        guard alpha < 255 else {
            lanes = SIMD4(straight.x, straight.y, straight.z, 255)
            return
        }
        let weight = Float(alpha) / 255
        let mixed = (SIMD3<Float>(straight) - Feature.neutral) * weight + Feature.neutral
        lanes = SIMD4(mixed, Float(alpha)).bytes()
    }

    init(lanes: SIMD4<UInt8>) { self.lanes = lanes }

    /// Premultiplied sRGB bytes.
    var premultiplied: SIMD4<UInt8> {
        guard lanes.w > 0 else { return SIMD4(repeating: 0) }
        let weight = Float(lanes.w) / 255
        let mixed = SIMD3(Float(lanes.x), Float(lanes.y), Float(lanes.z))
        let color = Feature.decode((mixed - Feature.neutral) / weight + Feature.neutral).rgb
        let straight = SIMD4(Float(color.0), Float(color.1), Float(color.2), 255)
        return (straight * weight).bytes()
    }

    /// The three opaque lanes of a colour.
    static func encode(_ color: OKLab) -> SIMD3<UInt8> {
        let value = SIMD3<Float>(
            color.lightness * 255, neutral + color.greenRed * chromaScale,
            neutral + color.blueYellow * chromaScale)
        let bytes = SIMD4(value, 0).bytes()
        return SIMD3(bytes.x, bytes.y, bytes.z)
    }

    /// The colour of three opaque lanes.
    static func decode(_ value: SIMD3<Float>) -> OKLab {
        OKLab(
            lightness: value.x / 255, greenRed: (value.y - neutral) / chromaScale,
            blueYellow: (value.z - neutral) / chromaScale)
    }

    static func unpremultiplied(_ pixel: SIMD4<UInt8>) -> SIMD4<UInt8> {
        let alpha = Int(pixel.w)
        guard alpha > 0, alpha < 255 else { return pixel }
        var result = pixel
        for lane in 0..<3 {
            result[lane] = UInt8(min(255, (Int(pixel[lane]) * 255 + alpha / 2) / alpha))
        }
        return result
    }
}
