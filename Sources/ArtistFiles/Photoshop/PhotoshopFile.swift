/// The merged picture of a PSD or PSB file.
///
/// - Note: *Adobe Photoshop File Formats Specification*, November 2019.
struct PhotoshopFile: PictureSamples {
    private enum Resource {
        static let version = 1_057
        static let alphaNumbers = 1_053
        static let profile = 1_039
        static let transparentIndex = 1_047
    }

    private(set) var layout: SampleLayout
    let header: PhotoshopHeader
    /// The layers, without their pixels' data.
    let layers: PhotoshopLayers
    let bytes: [UInt8]
    /// `[3, 256]`: reds, greens, blues of an indexed picture; else empty.
    private var palette: [UInt8] = []
    /// The numbers of the channels behind the colours, where 0 is transparency.
    private var alphaNumbers: [Int] = []
    /// The index of the clear colour of an indexed picture.
    private var clearIndex: Int?
    /// Where the merged picture begins: its packing, then its data.
    private let dataStart: Int

    init(_ bytes: [UInt8]) throws(ArtistFileError) {
        let file = UntrustedBytes(bytes)
        self.bytes = bytes
        header = try PhotoshopHeader(file)
        layout = SampleLayout(width: header.width, height: header.height)
        layout.is16Bit = header.depth == 16 && header.mode != .inks
        layout.channels = header.channels
        let colors = try Self.section(file, at: PhotoshopHeader.bytes, lengthBytes: 4)
        let resources = try Self.section(file, at: colors.upperBound, lengthBytes: 4)
        let layers = try Self.section(
            file, at: resources.upperBound, lengthBytes: header.isBig ? 8 : 4)
        self.layers = PhotoshopLayers(file, range: layers, header: header)
        dataStart = layers.upperBound
        if header.mode == .indexed {
            guard let table = file.part(at: colors.lowerBound, bytes: 768), colors.count >= 768
            else { throw .corrupt(reason: "its palette is missing") }
            palette = Array(table.bytes)
        }
        try take(resources, of: file)
    }

    /// Whether the channel behind the colours is the merged picture's transparency, and no
    /// selection that the artist saved. Programs that write no layers do not say which it is.
    private var hasAlpha: Bool {
        guard header.planes > header.mode.colorPlanes else { return false }
        return layers.mergedHasAlpha
            || layers.records.isEmpty && (alphaNumbers.isEmpty || alphaNumbers.contains(0))
    }

    private static func section(
        _ file: UntrustedBytes, at position: Int, lengthBytes: Int
    ) throws(ArtistFileError) -> Range<Int> {
        // Seven bytes are more than any file has.
        let skipped = lengthBytes == 8 ? 1 : 0
        guard let length = file.number(at: position + skipped, bytes: lengthBytes - skipped),
            lengthBytes == 4 || file.number(at: position, bytes: 1) == 0,
            file.part(at: position + lengthBytes, bytes: length) != nil
        else { throw .corrupt(reason: "it is truncated") }
        let start = position + lengthBytes
        return start..<(start + length)
    }

    /// Reads the image resources that the pixels depend on.
    private mutating func take(
        _ range: Range<Int>, of file: UntrustedBytes
    ) throws(ArtistFileError) {
        var position = range.lowerBound
        while position + 12 <= range.upperBound, file.number(at: position, bytes: 4) != nil {
            guard let id = file.number(at: position + 4, bytes: 2),
                let nameBytes = file.number(at: position + 6, bytes: 1)
            else { return }
            let sizeAt = position + 6 + (nameBytes + 2) / 2 * 2
            guard let size = file.number(at: sizeAt, bytes: 4),
                let body = file.part(at: sizeAt + 4, bytes: size)
            else { return }
            switch id {
            case Resource.version where body.number(at: 4, bytes: 1) == 0:
                throw .unsupported(
                    "it was saved without its merged picture",
                    remedy: "In Photoshop's preferences switch on \"Maximize PSD and PSB File "
                        + "Compatibility\" and save it again")
            case Resource.profile where size <= Limits.profileBytes:
                layout.profile = .icc(Array(body.bytes))
            case Resource.alphaNumbers:
                alphaNumbers = (0..<min(size / 4, Limits.samples)).compactMap {
                    body.number(at: $0 * 4, bytes: 4)
                }
            case Resource.transparentIndex:
                clearIndex = body.number(at: 0, bytes: 2)
            default: break
            }
            position = sizeAt + 4 + (size + 1) / 2 * 2
        }
    }

    func withRows<Result>(
        _ body: (any SampleRows) -> Result
    ) throws(ArtistFileError) -> Result {
        let isOnWhite = hasAlpha ? try Matte.isThere(in: mergedPlanes(), header) : false
        return body(
            PhotoshopRows(
                try mergedPlanes(), header: header, hasAlpha: hasAlpha, isOnWhite: isOnWhite,
                palette: palette, clearIndex: clearIndex))
    }

    private func mergedPlanes() throws(ArtistFileError) -> PhotoshopPlanes {
        try PhotoshopPlanes(
            bytes, at: dataStart, header: header,
            count: header.mode.colorPlanes + (hasAlpha ? 1 : 0))
    }
}

/// The first 26 bytes of a PSD or PSB file.
struct PhotoshopHeader {
    static let bytes = 26

    /// The colour modes that are read, by their numbers.
    enum Mode: Int {
        case bitmap = 0
        case gray = 1
        case indexed = 2
        case color = 3
        case inks = 4
        case duotone = 8

        /// The planes of a pixel's colour.
        var colorPlanes: Int {
            switch self {
            case .bitmap, .gray, .indexed, .duotone: 1
            case .color: 3
            case .inks: 4
            }
        }
    }

    /// Why others are not.
    private static let otherModes = [7: "it is in multichannel mode", 9: "it is in Lab colours"]

    let isBig: Bool
    /// All planes that the file holds.
    let planes: Int
    let width: Int
    let height: Int
    /// Bits a sample: 1, 8 or 16.
    let depth: Int
    let mode: Mode

    init(_ file: UntrustedBytes) throws(ArtistFileError) {
        guard let version = file.number(at: 4, bytes: 2),
            let planes = file.number(at: 12, bytes: 2),
            let height = file.number(at: 14, bytes: 4), let width = file.number(at: 18, bytes: 4),
            let depth = file.number(at: 22, bytes: 2), let mode = file.number(at: 24, bytes: 2)
        else { throw .corrupt(reason: "its header is truncated") }
        guard [1, 2].contains(version), (1...Limits.samples).contains(planes) else {
            throw .corrupt(reason: "its header is damaged")
        }
        guard let known = Mode(rawValue: mode) else {
            throw .unsupported(
                Self.otherModes[mode] ?? "its colour mode \(mode) is unknown",
                remedy: "Convert it to RGB and save it again")
        }
        guard (known == .bitmap ? [1] : [8, 16]).contains(depth) else {
            throw .unsupported(
                "it has \(depth) bits a channel", remedy: "Convert it to 16 or 8 bits")
        }
        guard planes >= known.colorPlanes, width > 0, height > 0 else {
            throw .corrupt(reason: "its header combines values that do not fit")
        }
        isBig = version == 2
        self.planes = planes
        self.width = width
        self.height = height
        self.depth = depth
        self.mode = known
    }

    var channels: SampleLayout.Channels {
        switch mode {
        case .bitmap, .gray, .duotone: .gray
        case .indexed, .color: .color
        case .inks: .invertedInks
        }
    }

    /// That of one plane of a layer.
    func plane(width: Int, height: Int) -> PhotoshopHeader {
        PhotoshopHeader(self, width: width, height: height)
    }

    private init(_ file: PhotoshopHeader, width: Int, height: Int) {
        (isBig, planes, depth, mode) = (file.isBig, 1, file.depth, file.mode)
        (self.width, self.height) = (width, height)
    }

    /// The bytes of a row of one plane.
    var rowBytes: Int { (width * depth + 7) / 8 }
}
