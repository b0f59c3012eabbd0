import CLCMS

/// Colour profiles made with the library that reads them.
enum HandMadeProfile {
    /// sRGB's primaries with a straight curve: applied, it makes everything much lighter.
    static var linearColor: [UInt8] {
        var white = cmsCIExyY(x: 0.3127, y: 0.3290, Y: 1)
        var corners = cmsCIExyYTRIPLE(
            Red: cmsCIExyY(x: 0.64, y: 0.33, Y: 1), Green: cmsCIExyY(x: 0.30, y: 0.60, Y: 1),
            Blue: cmsCIExyY(x: 0.15, y: 0.06, Y: 1))
        let curve = cmsBuildGamma(nil, 1)
        defer { cmsFreeToneCurve(curve) }
        var curves = [curve, curve, curve]
        return bytes(of: cmsCreateRGBProfile(&white, &corners, &curves))
    }

    /// Grey with a straight curve.
    static var linearGray: [UInt8] {
        let curve = cmsBuildGamma(nil, 1)
        defer { cmsFreeToneCurve(curve) }
        return bytes(of: cmsCreateGrayProfile(cmsD50_xyY(), curve))
    }

    private static func bytes(of profile: cmsHPROFILE?) -> [UInt8] {
        guard let profile else { return [] }
        defer { cmsCloseProfile(profile) }
        var size: cmsUInt32Number = 0
        cmsSaveProfileToMem(profile, nil, &size)
        var bytes = [UInt8](repeating: 0, count: Int(size))
        cmsSaveProfileToMem(profile, &bytes, &size)
        return bytes
    }
}
