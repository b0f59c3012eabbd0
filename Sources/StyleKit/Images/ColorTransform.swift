import CLCMS

/// Moves rows of samples from a profile's colours to 8-bit sRGB.
final class ColorTransform {
    private let handle: cmsHTRANSFORM
    private let channels: ChannelKind

    init?(from profile: cmsHPROFILE, channels: ChannelKind, isDeep: Bool) {
        guard let target = cmsCreate_sRGBProfile() else { return nil }
        defer { cmsCloseProfile(target) }
        let format =
            switch channels {
            case .color: isDeep ? atelier_rgba16 : atelier_rgba8
            case .gray: isDeep ? atelier_gray16 : atelier_gray8
            case .invertedInk: atelier_cmyk8_inverted
            }
        // Little CMS's short way for 16 bits is up to 14 of 255 levels wrong in dark colours.
        let flags = isDeep ? cmsUInt32Number(cmsFLAGS_NOOPTIMIZE) : 0
        let made = cmsCreateTransform(
            profile, format, target, atelier_rgba8, cmsUInt32Number(INTENT_PERCEPTUAL), flags)
        guard let made else { return nil }
        handle = made
        self.channels = channels
    }

    deinit { cmsDeleteTransform(handle) }

    /// Whether no colour of a grid moves by more than one level: such a profile is sRGB itself.
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

    /// Converts `count` samples of four channels each; alpha is kept, inks become opaque.
    ///
    /// Source and target may be the same row where both have as many bits.
    func convertRow<Sample: FixedWidthInteger & UnsignedInteger>(
        _ source: UnsafePointer<Sample>, to target: UnsafeMutablePointer<UInt8>, count: Int
    ) {
        let hasAlpha = channels != .invertedInk
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
