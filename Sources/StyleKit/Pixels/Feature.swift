/// The four bytes in which patches are compared: lightness, green-red, blue-yellow, alpha.
///
/// Lightness spans 0 to 255 (2.55 for a unit of OKLab × 100). Chroma is centred at 128 and weighted
/// 1.6 times (4.08 for a unit of OKLab × 100). Colours are premultiplied against mid-grey, so that
/// the colour of transparent pixels never counts.
struct Feature: Equatable {
    /// 255 × 1.6: bytes for a chroma of 1.
    static let chromaScale: Float = 408
    static let neutral: Float = 128

    var lanes: SIMD4<UInt8>

    /// Converts premultiplied sRGB.
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

    /// The premultiplied sRGB of the feature.
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
