import ArtistFiles

/// Converts the rows of an artist's file to 8-bit sRGB.
final class ArtistReader: RowReader {
    private let rows: any SampleRows
    private let layout: SampleLayout
    private let transform: ColorTransform?
    /// `[width, 4]`: a row of 16 bits a sample before it is converted; empty for 8 bits.
    private var words: [UInt16]
    /// `[width]`: the transparency of inks.
    private var alphas: [UInt8]

    init(_ rows: any SampleRows, _ layout: SampleLayout, _ profile: ColorProfile?) {
        self.rows = rows
        self.layout = layout
        transform = profile?.transform(
            kind: ArtistColors.kind(of: layout), is16Bit: layout.is16Bit)
        words = layout.is16Bit ? [UInt16](repeating: 0, count: layout.width * 4) : []
        alphas = [UInt8](repeating: 255, count: layout.width)
    }

    func read(into row: UnsafeMutablePointer<UInt8>) throws(PictureError) {
        do throws(ArtistFileError) {
            try alphas.withUnsafeMutableBufferPointer { alphas throws(ArtistFileError) in
                guard let alphas = alphas.baseAddress else { return }
                guard layout.is16Bit else {
                    return try rows.read(into: UnsafeMutableRawPointer(row), alphas: alphas)
                }
                try words.withUnsafeMutableBufferPointer { buffer throws(ArtistFileError) in
                    guard let base = buffer.baseAddress else { return }
                    try rows.read(into: UnsafeMutableRawPointer(base), alphas: alphas)
                }
            }
        } catch {
            throw PictureError(error)
        }
        if layout.is16Bit {
            Samples16Bit.convert(words, to: row, transform, width: layout.width)
        } else if let transform {
            transform.convertRow(UnsafePointer(row), to: row, count: layout.width)
        } else if layout.channels == .invertedInks {
            Inks.multiply(row, count: layout.width)
        }
        guard layout.channels == .invertedInks else { return }
        for x in 0..<layout.width { row[x * 4 + 3] = alphas[x] }
    }
}

/// The profile of an artist's file, if it can be used.
struct ArtistColors {
    let profile: ColorProfile?
    let notes: [PictureNote]

    /// - Throws: ``PictureError/unsupported(reason:)`` for colours that 8-bit sRGB cannot show.
    init(_ layout: SampleLayout) throws(PictureError) {
        switch layout.profile {
        case .none:
            (profile, notes) = (nil, [])
        case .codePoints(let primaries, let transfer):
            let points = CICPCodePoints(primaries: primaries, transfer: transfer)
            profile = try points?.profile(isGray: layout.channels == .gray)
            notes = []
        case .icc(let bytes):
            let read = ColorProfile(icc: bytes).flatMap {
                $0.fits(Self.kind(of: layout)) ? $0 : nil
            }
            profile = read
            notes = read == nil ? [.colorsIgnored(reason: ColorProfile.unusable)] : []
        }
    }

    static func kind(of layout: SampleLayout) -> ChannelKind {
        switch layout.channels {
        case .color: .color
        case .gray: .gray
        case .invertedInks: .invertedCMYK
        }
    }
}

/// Rows of 16 bits a sample.
enum Samples16Bit {
    /// Converts `[width, 4]` straight samples to 8-bit sRGB.
    static func convert(
        _ samples: [UInt16], to target: UnsafeMutablePointer<UInt8>, _ transform: ColorTransform?,
        width: Int
    ) {
        samples.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            if let transform {
                transform.convertRow(base, to: target, count: width)
            } else {
                for index in 0..<(width * 4) {
                    target[index] = UInt8((UInt32(base[index]) * 255 + 32_895) >> 16)
                }
            }
        }
    }
}

/// Four inks without a profile.
enum Inks {
    /// Converts inverted CMYK: each ink takes its part of the light that black lets through.
    ///
    /// 255 is no ink. Adobe's programs store it so and all others followed, with or without Adobe's
    /// marker in the file.
    static func multiply(_ row: UnsafeMutablePointer<UInt8>, count: Int) {
        for base in stride(from: 0, to: count * 4, by: 4) {
            let black = Int(row[base + 3])
            for channel in 0..<3 {
                row[base + channel] = UInt8((Int(row[base + channel]) * black + 127) / 255)
            }
            row[base + 3] = 255
        }
    }
}
