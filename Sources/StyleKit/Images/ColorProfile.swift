import CLCMS

/// A colour profile, and the way from its colours to sRGB.
///
/// Colours are moved perceptually, as browsers do. A profile that cannot be read, or that speaks of
/// other channels than the file has, is left aside: the file then counts as sRGB, as it does
/// in programs that know no profiles.
final class ColorProfile {
    /// Where white and the three primaries lie: x and y of white, red, green, blue.
    typealias Chromaticities = [(x: Double, y: Double)]

    private static let sRGBPrimaries: Chromaticities = [
        (0.3127, 0.3290), (0.64, 0.33), (0.30, 0.60), (0.15, 0.06),
    ]
    private static let sRGBGamma = 0.45455

    private let handle: cmsHPROFILE

    /// Reads an ICC profile.
    init?(icc: [UInt8]) {
        let opened = icc.withUnsafeBytes { bytes in
            cmsOpenProfileFromMem(bytes.baseAddress, cmsUInt32Number(bytes.count))
        }
        guard let opened else { return nil }
        handle = opened
    }

    /// Makes the profile that a PNG describes by numbers; nil where they mean sRGB, or nothing.
    ///
    /// - Parameters:
    ///   - gamma: The exponent that made the samples, such as 0.45455.
    ///   - primaries: White, red, green, blue; sRGB's if nil.
    init?(gamma: Double, primaries: Chromaticities?) {
        let places = primaries ?? Self.sRGBPrimaries
        let isNear = zip(places, Self.sRGBPrimaries).allSatisfy { place, own in
            abs(place.x - own.x) < 0.005 && abs(place.y - own.y) < 0.005
        }
        let isSRGB = isNear && abs(gamma / Self.sRGBGamma - 1) < 0.05
        guard !isSRGB, (0.01...10).contains(gamma), places.count == 4,
            places.allSatisfy({ (0.0...1).contains($0.x) && (0.001...1).contains($0.y) })
        else { return nil }
        var white = cmsCIExyY(x: places[0].x, y: places[0].y, Y: 1)
        let corners = places[1...].map { cmsCIExyY(x: $0.x, y: $0.y, Y: 1) }
        var triple = cmsCIExyYTRIPLE(Red: corners[0], Green: corners[1], Blue: corners[2])
        guard let curve = cmsBuildGamma(nil, 1 / gamma) else { return nil }
        defer { cmsFreeToneCurve(curve) }
        var curves: [OpaquePointer?] = [curve, curve, curve]
        guard let made = cmsCreateRGBProfile(&white, &triple, &curves) else { return nil }
        handle = made
    }

    deinit { cmsCloseProfile(handle) }

    /// Whether the profile speaks of the channels that a file has.
    func fits(_ kind: ChannelKind) -> Bool {
        let space = cmsGetColorSpace(handle)
        switch kind {
        case .color: return space == cmsSigRgbData
        case .gray: return space == cmsSigGrayData || space == cmsSigRgbData
        case .ink, .invertedInk: return space == cmsSigCmykData
        }
    }

    /// Turns 8-bit RGBA, of which grey uses the first channel, or four inks, into sRGB in place.
    ///
    /// - Returns: false, with nothing changed, where the profile does not fit or changes nothing.
    @discardableResult
    func convert(_ pixels: inout [UInt8], width: Int, kind: ChannelKind) -> Bool {
        guard fits(kind), let transform = transform(kind: kind, isDeep: false) else { return false }
        if kind == .color, transform.isNearIdentity { return false }
        pixels.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for start in stride(from: 0, to: buffer.count, by: width * 4) {
                let row = base + start
                transform.convertRow(UnsafePointer(row), to: row, count: width)
            }
        }
        return true
    }

    /// Turns straight 16-bit RGBA into 8-bit sRGB.
    ///
    /// - Returns: nil where the profile does not fit.
    func converted(_ deep: [UInt16], width: Int, kind: ChannelKind) -> [UInt8]? {
        guard fits(kind), let transform = transform(kind: kind, isDeep: true) else { return nil }
        return [UInt8](unsafeUninitializedCapacity: deep.count) { target, used in
            deep.withUnsafeBufferPointer { source in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                for start in stride(from: 0, to: source.count, by: width * 4) {
                    transform.convertRow(from + start, to: to + start, count: width)
                }
            }
            used = deep.count
        }
    }

    /// A grey file may come with a profile for three colours: then its three are equal.
    private func transform(kind: ChannelKind, isDeep: Bool) -> ColorTransform? {
        let isGray = cmsGetColorSpace(handle) == cmsSigGrayData
        let channels = kind == .gray && !isGray ? .color : kind
        return ColorTransform(from: handle, channels: channels, isDeep: isDeep)
    }
}
