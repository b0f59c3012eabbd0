import ArtistFiles
import CZlib

/// The colour space of a PNG by its chunks; the first that can be used counts.
///
/// The order of precedence is that of the third edition of PNG: `cICP`, `iCCP`, `sRGB`, `gAMA` with
/// `cHRM`.
struct PNGColors {
    let chunks: [String: UntrustedBytes]
    let isGray: Bool

    /// The profile of the samples; nil where they count as sRGB.
    ///
    /// - Parameter notes: Receives what was ignored.
    /// - Throws: ``PictureError/unsupported(reason:)`` for colours that 8-bit sRGB cannot show.
    func profile(_ notes: inout [PictureNote]) throws(PictureError) -> ColorProfile? {
        if let part = chunks["cICP"] {
            if let points = CICPCodePoints(part) { return try points.profile(isGray: isGray) }
            notes.append(.colorsIgnored(reason: "its cICP chunk names unknown colours"))
        }
        if let part = chunks["iCCP"] {
            let profile = unpacked(part).flatMap(ColorProfile.init)
            if let profile, profile.fits(isGray ? .gray : .color) { return profile }
            notes.append(.colorsIgnored(reason: ColorProfile.unusable))
        }
        guard chunks["sRGB"] == nil, let gamma = chunks["gAMA"]?.number(at: 0, bytes: 4) else {
            return nil
        }
        let numbers = (0..<8).compactMap { chunks["cHRM"]?.number(at: $0 * 4, bytes: 4) }
        let chromaticities = stride(from: 0, to: numbers.count - 1, by: 2).map { index in
            (x: Double(numbers[index]) / 100_000, y: Double(numbers[index + 1]) / 100_000)
        }
        return ColorProfile(
            gamma: Double(gamma) / 100_000,
            primaries: chromaticities.count == 4 ? chromaticities : nil)
    }

    /// Decompresses an `iCCP` chunk: a name, a zero, the method, and the deflated profile.
    private func unpacked(_ part: UntrustedBytes) -> [UInt8]? {
        guard
            let end = part.bytes.prefix(80).firstIndex(of: 0),
            part.number(at: end - part.bytes.startIndex + 1, bytes: 1) == 0
        else { return nil }
        let packed = Array(part.bytes[(end + 2)...])
        let limit = min(
            Limits.profileBytes, packed.count * ArtistFiles.Limits.deflateRatio + 64)
        var isWhole = false
        let profile = [UInt8](unsafeUninitializedCapacity: limit) { target, used in
            var length = uLongf(limit)
            isWhole =
                uncompress(target.baseAddress, &length, packed, uLong(packed.count)) == Z_OK
            used = isWhole ? Int(length) : 0
        }
        return isWhole ? profile : nil
    }
}

/// Coding-independent code points (ITU-T H.273), as the `cICP` chunk of a PNG gives them.
struct CICPCodePoints {
    /// By colour primaries code (table 2): x and y of white, red, green, blue.
    private static let primaries: [Int: ColorProfile.Chromaticities] = [
        1: ColorProfile.sRGBPrimaries,
        4: [(0.310, 0.316), (0.67, 0.33), (0.21, 0.71), (0.14, 0.08)],
        5: [(0.3127, 0.3290), (0.64, 0.33), (0.29, 0.60), (0.15, 0.06)],
        6: [(0.3127, 0.3290), (0.630, 0.340), (0.310, 0.595), (0.155, 0.070)],
        7: [(0.3127, 0.3290), (0.630, 0.340), (0.310, 0.595), (0.155, 0.070)],
        8: [(0.310, 0.316), (0.681, 0.319), (0.243, 0.692), (0.145, 0.049)],
        9: [(0.3127, 0.3290), (0.708, 0.292), (0.170, 0.797), (0.131, 0.046)],
        11: [(0.314, 0.351), (0.680, 0.320), (0.265, 0.690), (0.150, 0.060)],
        12: [(0.3127, 0.3290), (0.680, 0.320), (0.265, 0.690), (0.150, 0.060)],
        22: [(0.3127, 0.3290), (0.630, 0.340), (0.295, 0.605), (0.155, 0.077)],
    ]
    /// The inverse of the transfer function of BT.709, which BT.601 and BT.2020 share.
    private static let video: (Int32, [Double]) = (
        4, [1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081]
    )
    /// By transfer characteristics code (table 3): the parametric curve form of Little CMS and its
    /// parameters.
    private static let transferCurves: [Int: (form: Int32, parameters: [Double])] = [
        1: video, 4: (1, [2.2]), 5: (1, [2.8]), 6: video,
        7: (4, [1 / 0.45, 1 / 1.1115, 0.1115 / 1.1115, 0.25, 0.0912]), 8: (1, [1]),
        13: (4, [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045]), 14: video, 15: video,
    ]
    /// Defined codes whose light an 8-bit sRGB picture cannot hold.
    private static let unsupportedTransfers: [Int: String] = [
        9: "a logarithmic curve", 10: "a logarithmic curve", 11: "an extended range",
        12: "an extended range", 16: "HDR light (PQ)", 17: "cinema's light",
        18: "HDR light (HLG)",
    ]
    /// CIE 1931 XYZ.
    private static let xyzPrimaries = 10
    private static let sRGBTransfer = 13

    private let primariesCode: Int
    private let transferCode: Int
    private let isFullRange: Bool

    /// - Returns: nil for unspecified, reserved or non-RGB code points, which say nothing.
    init?(_ chunk: UntrustedBytes) {
        let numbers = (0..<4).compactMap { chunk.number(at: $0, bytes: 1) }
        guard chunk.count == 4, numbers.count == 4, numbers[2] == 0, numbers[3] <= 1 else {
            return nil
        }
        self.init(
            primaries: numbers[0], transfer: numbers[1], isFullRange: numbers[3] == 1)
    }

    /// - Returns: nil for unspecified or reserved code points, which say nothing.
    init?(primaries: Int, transfer: Int, isFullRange: Bool = true) {
        (primariesCode, transferCode, self.isFullRange) = (primaries, transfer, isFullRange)
        let isKnownPrimaries =
            CICPCodePoints.primaries[primariesCode] != nil
            || primariesCode == CICPCodePoints.xyzPrimaries
        let isKnownTransfer =
            CICPCodePoints.transferCurves[transferCode] != nil
            || CICPCodePoints.unsupportedTransfers[transferCode] != nil
        guard isKnownPrimaries, isKnownTransfer else { return nil }
    }

    /// The profile of these code points; nil where they are sRGB.
    ///
    /// - Throws: ``PictureError/unsupported(reason:)`` for colours beyond sRGB's range, and for
    ///   video range.
    func profile(isGray: Bool) throws(PictureError) -> ColorProfile? {
        if let name = CICPCodePoints.unsupportedTransfers[transferCode] {
            throw .unsupported(reason: "its colours are stored as \(name), beyond what sRGB holds")
        }
        guard isFullRange else {
            throw .unsupported(reason: "its colours are stored in video range")
        }
        guard let primaries = CICPCodePoints.primaries[primariesCode],
            let own = CICPCodePoints.transferCurves[transferCode]
        else {
            throw .unsupported(reason: "its colours are stored as CIE XYZ")
        }
        if transferCode == CICPCodePoints.sRGBTransfer, primariesCode == 1 || isGray { return nil }
        return ColorProfile(
            primaries: isGray ? ColorProfile.sRGBPrimaries : primaries, curveForm: own.form,
            parameters: own.parameters)
    }
}
