import CZlib

/// What a PNG's chunks say about its colours; the first that can be used counts.
///
/// The order is that of the third edition of PNG: `cICP`, `iCCP`, `sRGB`, `gAMA` with `cHRM`.
struct PNGColors {
    let parts: [String: UntrustedBytes]
    let isGray: Bool

    /// nil where the samples count as sRGB; adds what was left aside to `notes`.
    func profile(_ notes: inout [PictureNote]) throws(PictureError) -> ColorProfile? {
        if let part = parts["cICP"] {
            if let points = CodePoints(part) { return try points.profile(isGray: isGray) }
            notes.append(.colorsLeftAside(reason: "its cICP chunk names no known colours"))
        }
        if let part = parts["iCCP"] {
            let profile = unpacked(part).flatMap(ColorProfile.init)
            if let profile, profile.fits(isGray ? .gray : .color) { return profile }
            notes.append(.colorsLeftAside(reason: ColorProfile.unfit))
        }
        guard parts["sRGB"] == nil, let gamma = parts["gAMA"]?.number(at: 0, bytes: 4) else {
            return nil
        }
        let numbers = (0..<8).compactMap { parts["cHRM"]?.number(at: $0 * 4, bytes: 4) }
        let places = stride(from: 0, to: numbers.count - 1, by: 2).map { index in
            (x: Double(numbers[index]) / 100_000, y: Double(numbers[index + 1]) / 100_000)
        }
        return ColorProfile(
            gamma: Double(gamma) / 100_000, primaries: places.count == 4 ? places : nil)
    }

    /// A name, a zero, the method, and the packed profile.
    private func unpacked(_ part: UntrustedBytes) -> [UInt8]? {
        guard
            let end = part.bytes.prefix(80).firstIndex(of: 0),
            part.number(at: end - part.bytes.startIndex + 1, bytes: 1) == 0
        else { return nil }
        let packed = Array(part.bytes[(end + 2)...])
        let limit = min(Limits.profileBytes, packed.count * PNGFile.deflateLimit + 64)
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
