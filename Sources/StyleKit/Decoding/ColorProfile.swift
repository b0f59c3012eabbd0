import CLCMS

/// An ICC colour profile, and the transform from its colours to sRGB.
///
/// Colours are converted with perceptual intent, as browsers do. A profile that cannot be read, or
/// that is for other channels than the file has, is ignored: the file then counts as sRGB, as it
/// does in programs without colour management.
final class ColorProfile {
    /// CIE 1931 x and y of white, red, green, blue.
    typealias Chromaticities = [(x: Double, y: Double)]

    /// Why an embedded profile was ignored.
    static let unusable = "its colour profile is damaged, too large or for other channels"
    static let sRGBPrimaries: Chromaticities = [
        (0.3127, 0.3290), (0.64, 0.33), (0.30, 0.60), (0.15, 0.06),
    ]
    private static let sRGBGamma = 0.45455

    private let handle: cmsHPROFILE
    /// Whether it was made from chromaticities and a curve.
    private let isSynthesized: Bool

    /// Reads an ICC profile.
    init?(icc: [UInt8]) {
        let opened = icc.withUnsafeBytes { bytes in
            cmsOpenProfileFromMem(bytes.baseAddress, cmsUInt32Number(bytes.count))
        }
        guard let opened else { return nil }
        handle = opened
        isSynthesized = false
    }

    /// Makes the profile that a PNG describes by numbers; nil where they mean sRGB (within 0.005 of
    /// its primaries and 5 % of its gamma) or nothing.
    ///
    /// - Parameters:
    ///   - gamma: The exponent that encoded the samples, such as 0.45455.
    ///   - primaries: White, red, green, blue; those of sRGB if nil.
    convenience init?(gamma: Double, primaries: Chromaticities?) {
        let chromaticities = primaries ?? Self.sRGBPrimaries
        let isNear = zip(chromaticities, Self.sRGBPrimaries).allSatisfy { point, own in
            abs(point.x - own.x) < 0.005 && abs(point.y - own.y) < 0.005
        }
        let isSRGB = isNear && abs(gamma / Self.sRGBGamma - 1) < 0.05
        guard !isSRGB, (0.01...10).contains(gamma), chromaticities.count == 4,
            chromaticities.allSatisfy({ (0.0...1).contains($0.x) && (0.001...1).contains($0.y) })
        else { return nil }
        self.init(chromaticities, curve: cmsBuildGamma(nil, 1 / gamma))
    }

    /// Makes the profile of these primaries, with one curve for all three channels in a parametric
    /// form of Little CMS: 1 is a power, 4 a power with a linear segment.
    convenience init?(primaries: Chromaticities, curveForm: Int32, parameters: [Double]) {
        self.init(primaries, curve: cmsBuildParametricToneCurve(nil, curveForm, parameters))
    }

    /// Takes ownership of the curve.
    private init?(_ chromaticities: Chromaticities, curve: OpaquePointer?) {
        guard let curve else { return nil }
        defer { cmsFreeToneCurve(curve) }
        var white = cmsCIExyY(x: chromaticities[0].x, y: chromaticities[0].y, Y: 1)
        let corners = chromaticities[1...].map { cmsCIExyY(x: $0.x, y: $0.y, Y: 1) }
        var triple = cmsCIExyYTRIPLE(Red: corners[0], Green: corners[1], Blue: corners[2])
        var curves: [OpaquePointer?] = [curve, curve, curve]
        guard let made = cmsCreateRGBProfile(&white, &triple, &curves) else { return nil }
        handle = made
        isSynthesized = true
    }

    deinit { cmsCloseProfile(handle) }

    /// Whether the profile is for the channels that a file has.
    ///
    /// A synthesized profile has three channels, and grey samples are three equal ones.
    func fits(_ kind: ChannelKind) -> Bool {
        let space = cmsGetColorSpace(handle)
        switch kind {
        case .color: return space == cmsSigRgbData
        case .gray: return space == cmsSigGrayData || isSynthesized
        case .invertedCMYK: return space == cmsSigCmykData
        }
    }

    /// The transform to sRGB.
    ///
    /// - Parameters:
    ///   - kind: The channels of the samples.
    ///   - is16Bit: Whether samples are straight 16-bit RGBA; else 8-bit RGBA, of which grey uses
    ///     the first channel, or four inks.
    /// - Returns: nil where the profile does not fit or, for 8-bit RGB, changes nothing.
    func transform(kind: ChannelKind, is16Bit: Bool) -> ColorTransform? {
        guard fits(kind) else { return nil }
        let channels = kind == .gray && isSynthesized ? .color : kind
        let transform = ColorTransform(from: handle, channels: channels, is16Bit: is16Bit)
        guard kind == .color, !is16Bit, transform?.isNearIdentity == true else { return transform }
        return nil
    }
}

/// Converts rows of samples from a profile's colours to 8-bit sRGB.
final class ColorTransform {
    private let handle: cmsHTRANSFORM
    private let channels: ChannelKind

    init?(from profile: cmsHPROFILE, channels: ChannelKind, is16Bit: Bool) {
        guard let target = cmsCreate_sRGBProfile() else { return nil }
        defer { cmsCloseProfile(target) }
        let format =
            switch channels {
            case .color: is16Bit ? atelier_rgba16 : atelier_rgba8
            case .gray: is16Bit ? atelier_gray16 : atelier_gray8
            case .invertedCMYK: atelier_cmyk8_inverted
            }
        // The optimised 16-bit pipeline of Little CMS is up to 14 of 255 levels off in dark
        // colours.
        let flags = is16Bit ? cmsUInt32Number(cmsFLAGS_NOOPTIMIZE) : 0
        let made = cmsCreateTransform(
            profile, format, target, atelier_rgba8, cmsUInt32Number(INTENT_PERCEPTUAL), flags)
        guard let made else { return nil }
        handle = made
        self.channels = channels
    }

    deinit { cmsDeleteTransform(handle) }

    /// Whether no colour of a 17 × 17 × 17 grid moves by more than one level: such a profile is
    /// sRGB under another name.
    var isNearIdentity: Bool {
        let steps = (0...16).map { UInt8(min(255, $0 * 16)) }
        var grid: [UInt8] = []
        for red in steps {
            for green in steps {
                for blue in steps { grid += [red, green, blue, 255] }
            }
        }
        var moved = grid
        moved.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            convertRow(UnsafePointer(base), to: base, count: buffer.count / 4)
        }
        return zip(grid, moved).allSatisfy { abs(Int($0) - Int($1)) <= 1 }
    }

    /// Converts `[count, 4]` samples; alpha is kept, CMYK becomes opaque.
    ///
    /// Source and target may be the same memory where both have 8 bits a sample.
    func convertRow<Sample: FixedWidthInteger & UnsignedInteger>(
        _ source: UnsafePointer<Sample>, to target: UnsafeMutablePointer<UInt8>, count: Int
    ) {
        let hasAlpha = channels != .invertedCMYK
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { alphas in
            for index in 0..<count {
                alphas[index] = hasAlpha ? ColorTransform.byte(source[index * 4 + 3]) : 255
            }
            if channels == .gray {
                withUnsafeTemporaryAllocation(of: Sample.self, capacity: count) { row in
                    for index in 0..<count { row[index] = source[index * 4] }
                    cmsDoTransform(handle, row.baseAddress, target, cmsUInt32Number(count))
                }
            } else {
                cmsDoTransform(handle, source, target, cmsUInt32Number(count))
            }
            for index in 0..<count { target[index * 4 + 3] = alphas[index] }
        }
    }

    private static func byte<Sample: FixedWidthInteger & UnsignedInteger>(
        _ value: Sample
    ) -> UInt8 {
        Sample.bitWidth == 8
            ? UInt8(truncatingIfNeeded: value) : UInt8((UInt32(value) * 255 + 32_895) >> 16)
    }
}

/// The channels of a decoded file before they are converted to sRGB.
enum ChannelKind: Equatable {
    case color
    case gray
    /// Four inks, where 255 is no ink.
    case invertedCMYK
}
