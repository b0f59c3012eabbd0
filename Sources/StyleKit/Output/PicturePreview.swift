import SystemSupport

/// A blurred copy of a picture in at most ``Limits/previewBytes``: a ThumbHash, which is the lowest
/// terms of a cosine transform of lightness, two differences of colour, and opacity.
///
/// JSON form: lowercase hexadecimal text. The form of the bytes is Evan Wallace's ThumbHash of
/// 2023, so that any program with that algorithm shows it.
public struct PicturePreview: Sendable, Equatable, Codable {
    /// 5 or 6 bytes of constants, then half a byte for each term.
    public let bytes: [UInt8]

    /// Takes stored bytes.
    ///
    /// - Returns: nil for bytes that are not of the length that their first ones ask for: whoever
    ///   writes the row may have written anything.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count <= Limits.previewBytes, bytes.count >= PreviewLayout.headerBytes,
            bytes.count == PreviewLayout(bytes).byteCount
        else { return nil }
        self.bytes = bytes
    }

    /// The preview of a picture.
    public init(of picture: Picture) {
        var sampler = PreviewSampler(width: picture.width, height: picture.height)
        picture.pixels.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for row in 0..<picture.height { sampler.add(base + row * picture.width * 4) }
        }
        self = sampler.preview
    }

    /// The preview of several pictures beside and below each other: of four or more the first four,
    /// of fewer all of them. Nil where there is none.
    public init?(mosaicOf previews: [PicturePreview]) {
        let shown = previews.count >= 4 ? Array(previews.prefix(4)) : previews
        guard !shown.isEmpty else { return nil }
        let side = PreviewLayout.shownSide
        let columns = shown.count == 4 ? 2 : shown.count
        let width = side * columns
        let height = side * (shown.count / columns)
        var pixels = [UInt8](repeating: 0, count: width * height * 4)
        for (place, preview) in shown.enumerated() {
            let part = preview.picture
            let (left, top) = (place % columns * side, place / columns * side)
            for y in 0..<side {
                for x in 0..<side {
                    // The middle square of a part is shown, whatever its shape.
                    let least = min(part.width, part.height)
                    let column = (part.width - least) / 2 + x * least / side
                    let row = (part.height - least) / 2 + y * least / side
                    let from = (row * part.width + column) * 4
                    let place = ((top + y) * width + left + x) * 4
                    pixels.replaceSubrange(
                        place..<place + 4, with: part.pixels[from..<from + 4])
                }
            }
        }
        self.init(of: Picture(checkedWidth: width, height: height, pixels: pixels))
    }

    /// Reads the text form.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard text.utf8.count <= Limits.previewBytes * 2,
            let preview = Hexadecimal.decode(text).flatMap({ PicturePreview($0) })
        else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "expected the hexadecimal text of a preview")
        }
        self = preview
    }

    /// Writes the text form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Hexadecimal.encode(bytes))
    }

    /// The terms of a picture's means: `[height, width]` of red, green, blue, each times the
    /// opacity, and the opacity, 0 to 1.
    init(means: [SIMD4<Double>], width: Int, height: Int) {
        let sum = means.reduce(SIMD4<Double>(), +)
        let middle = sum.w > 0 ? sum / sum.w : SIMD4<Double>()
        let hasAlpha = sum.w < Double(means.count) - 1e-6
        // What is transparent takes the picture's mean colour.
        let colours = means.map { $0 + middle * (1 - $0.w) }
        let layout = PreviewLayout(width: width, height: height, hasAlpha: hasAlpha)
        let terms = { (count: (Int, Int), values: [Double]) in
            PreviewTerms(of: values, width: width, height: height, terms: count)
        }
        var channels = [
            terms(layout.light, colours.map { ($0.x + $0.y + $0.z) / 3 }),
            terms(PreviewLayout.colour, colours.map { ($0.x + $0.y) / 2 - $0.z }),
            terms(PreviewLayout.colour, colours.map { $0.x - $0.y }),
        ]
        if hasAlpha { channels.append(terms(PreviewLayout.opacity, means.map { $0.w })) }
        bytes = layout.bytes(of: channels)
    }

    /// The picture that the bytes describe; the longer side has ``PreviewLayout/shownSide`` pixels.
    public var picture: Picture {
        let layout = PreviewLayout(bytes)
        let (width, height) = layout.shownSize
        let channels = layout.channels(in: bytes)
        let shades = channels.map { $0.values(width: width, height: height) }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(width * height * 4)
        for place in 0..<width * height {
            let (light, first, second) = (shades[0][place], shades[1][place], shades[2][place])
            let blue = light - first * 2 / 3
            let red = (3 * light - blue + second) / 2
            let opacity = shades.count > 3 ? shades[3][place] : 1
            for value in [red, red - second, blue, opacity] {
                pixels.append(UInt8((min(max(value, 0), 1) * 255).rounded()))
            }
        }
        return Picture(checkedWidth: width, height: height, pixels: pixels)
    }
}

/// Means of a picture's parts, from its rows: some pixels of each part, so that a large picture
/// takes no longer than a small one.
struct PreviewSampler {
    private let width: Int
    private let columns: Int
    private let rows: Int
    private let height: Int
    private let step: Int
    private var sums: [SIMD4<UInt32>]
    private var counts: [UInt32]
    private var row = 0

    init(width: Int, height: Int) {
        let longest = max(width, height)
        let part = { (side: Int) in
            min(side, max(1, (side * Limits.previewParts + longest / 2) / longest))
        }
        (self.width, self.height) = (width, height)
        (columns, rows) = (part(width), part(height))
        step = max(1, longest / (Limits.previewParts * 8))
        sums = [SIMD4<UInt32>](repeating: SIMD4(), count: columns * rows)
        counts = [UInt32](repeating: 0, count: columns * rows)
    }

    /// Adds the next row: straight RGBA.
    mutating func add(_ pixels: UnsafePointer<UInt8>) {
        defer { row += 1 }
        guard row.isMultiple(of: step) else { return }
        let start = row * rows / height * columns
        for x in stride(from: 0, to: width, by: step) {
            let pixel = pixels + x * 4
            let alpha = UInt32(pixel[3])
            let place = start + x * columns / width
            sums[place] &+=
                SIMD4(UInt32(pixel[0]), UInt32(pixel[1]), UInt32(pixel[2]), 255) &* alpha
            counts[place] += 1
        }
    }

    /// The preview after the last row.
    var preview: PicturePreview {
        let means = zip(sums, counts).map { sum, count in
            SIMD4<Double>(sum) / (Double(max(count, 1)) * 255 * 255)
        }
        return PicturePreview(means: means, width: columns, height: rows)
    }
}
