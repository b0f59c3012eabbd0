import ArtistFiles

/// The marker segments of a JPEG file that its pixels depend on.
///
/// - Note: ITU-T T.81 (1992), annexes B and F to H.
struct JPEGFile {
    private static let profileName = Array("ICC_PROFILE\0".utf8)
    /// Markers that may follow the data of a scan: tables, comments, another scan, the end.
    private static let afterScans: Set<Int> = [0xC4, 0xCC, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD, 0xFE]

    private(set) var width = 0
    private(set) var height = 0
    private(set) var orientation = 1
    /// The offset behind the picture; what follows belongs to the camera, not to the picture.
    private(set) var end: Int
    private(set) var notes: [PictureNote] = []
    private var precision: Int?
    private var channels = 0
    /// Whether a lossless or hierarchical frame is announced, which the decoder does not read.
    private var isUnsupportedProcess = false
    private var isArithmetic = false
    private var scans = JPEGScans()
    private var isEnded = false
    private var profileParts: [Int: UntrustedBytes] = [:]
    private var profileCount = 0
    private var isOriented = false

    /// Walks the segments to the end of the picture, skipping the entropy-coded data between them.
    init(_ bytes: [UInt8]) throws(PictureError) {
        end = bytes.count
        let file = UntrustedBytes(bytes)
        var position = 2
        while !isEnded, let start = JPEGFile.marker(in: bytes, from: position),
            let next = take(file, at: start)
        {
            position = next
        }
        try check()
    }

    /// The profile of the samples; nil where they count as sRGB.
    private(set) var colors: ColorProfile?

    /// The embedded ICC profile, whose parts may come in any order; nil unless all are there.
    private var profile: [UInt8]? {
        guard profileCount > 0, profileParts.count == profileCount else { return nil }
        let size = profileParts.values.reduce(0) { $0 + $1.count }
        guard size <= Limits.profileBytes else { return nil }
        return (1...profileCount).flatMap { profileParts[$0].map { Array($0.bytes) } ?? [] }
    }

    /// The channels of the samples.
    var kind: ChannelKind { channels == 4 ? .invertedCMYK : channels == 1 ? .gray : .color }

    private mutating func check() throws(PictureError) {
        guard !isUnsupportedProcess else { throw .unsupported(reason: "it is a lossless JPEG") }
        guard let precision else { throw .corrupt(reason: "it contains no picture") }
        guard precision == 8 else {
            throw .unsupported(reason: "it is a JPEG of \(precision) bits a channel")
        }
        guard [1, 3, 4].contains(channels) else {
            throw .unsupported(reason: "it is a JPEG of \(channels) channels")
        }
        _ = try Picture.byteCount(width: width, height: height)
        guard scans.count > 0 else { throw .corrupt(reason: "it is truncated") }
        guard scans.count <= Limits.jpegScans else {
            throw .unsupported(reason: "it is a JPEG of more than \(Limits.jpegScans) scans")
        }
        guard scans.holdEveryChannel else {
            throw .corrupt(reason: "one of its colour channels is missing")
        }
        if profileCount > 0 {
            colors = profile.flatMap(ColorProfile.init).flatMap { $0.fits(kind) ? $0 : nil }
            if colors == nil { notes.append(.colorsIgnored(reason: ColorProfile.unusable)) }
        }
        guard !isEnded else { return }
        // An arithmetic coder may drop trailing zero bytes, so a truncation would not be noticed.
        guard !isArithmetic, scans.holdEveryBit else { throw .corrupt(reason: "it is truncated") }
        notes.append(.missingEnd)
    }

    /// Reads the segment of a marker; returns where to continue, nil where the picture ends.
    private mutating func take(_ file: UntrustedBytes, at position: Int) -> Int? {
        guard let marker = file.number(at: position + 1, bytes: 1) else { return nil }
        if marker == 0xD9 {
            isEnded = true
            end = position + 2
            return nil
        }
        // Restarts and other markers without a segment.
        if marker == 0x01 || (0xD0...0xD7).contains(marker) { return position + 2 }
        let isExpected =
            JPEGFile.afterScans.contains(marker) || (0xE0...0xEF).contains(marker)
        let length = file.number(at: position + 2, bytes: 2) ?? 0
        guard
            scans.count == 0 || isExpected, length >= 2,
            let body = file.part(at: position + 4, bytes: length - 2)
        else {
            // Behind the pixels anything may follow, such as what a phone adds to its files.
            if scans.count > 0 { end = position }
            return nil
        }
        take(marker, body)
        return scans.count > Limits.jpegScans ? nil : position + 2 + length
    }

    private mutating func take(_ marker: Int, _ body: UntrustedBytes) {
        switch marker {
        case 0xDA:
            scans.take(body)
        case 0xE1 where !isOriented && body.starts(with: Array("Exif\0\0".utf8)):
            orientation = Orientation.read(exif: body)
            isOriented = true
        case 0xE2 where body.starts(with: JPEGFile.profileName):
            let count = body.number(at: 13, bytes: 1)
            guard let number = body.number(at: 12, bytes: 1), let count else { return }
            profileCount = count
            profileParts[number] = body.dropping(14)
        case 0xC3, 0xC5...0xC7, 0xCB, 0xCD...0xCF:
            isUnsupportedProcess = true
        case 0xC0...0xC2, 0xC9, 0xCA:
            guard precision == nil else { return }
            precision = body.number(at: 0, bytes: 1)
            height = body.number(at: 1, bytes: 2) ?? 0
            width = body.number(at: 3, bytes: 2) ?? 0
            channels = body.number(at: 5, bytes: 1) ?? 0
            isArithmetic = marker == 0xC9 || marker == 0xCA
            scans.announce(body, isProgressive: marker == 0xC2 || marker == 0xCA)
        default:
            break
        }
    }

    /// The next 0xFF that begins a marker; in entropy-coded data a zero follows it.
    private static func marker(in bytes: [UInt8], from start: Int) -> Int? {
        bytes.withUnsafeBufferPointer { buffer in
            var position = start
            while position + 1 < buffer.count {
                if buffer[position] == 0xFF, buffer[position + 1] != 0, buffer[position + 1] != 0xFF
                {
                    return position
                }
                position += 1
            }
            return nil
        }
    }
}

/// Which coefficients the scans of a JPEG have brought: whether a truncated file lacks pixels.
struct JPEGScans {
    private static let coefficients = 64

    private(set) var count = 0
    private var isProgressive = false
    /// For every component, by its id, how many low bits of each of the 64 coefficients are
    /// missing; nil where no scan brought any.
    private var missingBits: [Int: [Int?]] = [:]

    /// Reads the components of a frame header.
    mutating func announce(_ frame: UntrustedBytes, isProgressive: Bool) {
        self.isProgressive = isProgressive
        let channels = frame.number(at: 5, bytes: 1) ?? 0
        for index in 0..<channels {
            guard let name = frame.number(at: 6 + index * 3, bytes: 1) else { return }
            missingBits[name] = [Int?](repeating: nil, count: JPEGScans.coefficients)
        }
    }

    /// Reads the components, the spectral selection and the approximation of a scan header.
    mutating func take(_ head: UntrustedBytes) {
        count += 1
        let channels = head.number(at: 0, bytes: 1) ?? 0
        let start = 1 + channels * 2
        guard
            let first = head.number(at: start, bytes: 1),
            let last = head.number(at: start + 1, bytes: 1),
            let bits = head.number(at: start + 2, bytes: 1)
        else { return }
        let isSpectral = isProgressive && first <= last && last < JPEGScans.coefficients
        let range = isSpectral ? first...last : 0...(JPEGScans.coefficients - 1)
        for index in 0..<channels {
            guard let name = head.number(at: 1 + index * 2, bytes: 1) else { return }
            for destination in range {
                missingBits[name]?[destination] = isProgressive ? bits & 15 : 0
            }
        }
    }

    /// Whether at least the DC coefficients of every component came.
    var holdEveryChannel: Bool { missingBits.values.allSatisfy { $0[0] != nil } }

    /// Whether every bit of every coefficient came: nothing can be missing.
    var holdEveryBit: Bool { missingBits.values.allSatisfy { $0.allSatisfy { $0 == 0 } } }
}
