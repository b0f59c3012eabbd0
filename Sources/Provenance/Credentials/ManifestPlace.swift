/// Where a picture file keeps its manifest store, and what the container adds to it.
///
/// - Note: C2PA 2.1, A.3: one `caBX` chunk in PNG, APP11 segments in JPEG.
struct ManifestPlace {
    private let container: PictureContainer
    /// The offset at which the store begins, or would.
    let offset: Int

    /// Finds the place: behind a PNG's header; behind the segments of a JPEG file that have to
    /// come first.
    ///
    /// - Throws: ``CredentialError/otherFormat`` for other files.
    init(in file: [UInt8]) throws(CredentialError) {
        switch PictureContainer(sniffing: file) {
        case .png:
            guard let header = PNGChunks(file).all.first, header.type == "IHDR" else {
                throw .otherFormat
            }
            container = .png
            offset = header.whole.upperBound
        case .jpeg:
            container = .jpeg
            let first = JPEGSegments(file).all.prefix { ["e0", "e1"].contains($0.type) }
            offset = first.last?.whole.upperBound ?? 2
        default: throw .otherFormat
        }
    }

    /// The bytes that hold a store in this file.
    func wrapped(_ store: [UInt8]) -> [UInt8] {
        switch container {
        case .jpeg: segments(store)
        default: PNGChunks.chunk("caBX", store)
        }
    }

    /// The most bytes of a store that a segment takes: less than its length field can count, for
    /// what precedes them.
    private static let segmentBytes = 65_533 - 2 - 2 - 4 - 8

    private func segments(_ store: [UInt8]) -> [UInt8] {
        let header = store.prefix(8)
        let rest = Array(store.dropFirst(8))
        let starts = Array(stride(from: 0, to: max(1, rest.count), by: Self.segmentBytes))
        return starts.enumerated().flatMap { index, start in
            let part = rest[start..<min(rest.count, start + Self.segmentBytes)]
            return JPEGSegments.segment(
                0xEB,
                Array("JP".utf8) + BigEndian.bytes(UInt16(1))
                    + BigEndian.bytes(UInt32(clamping: index + 1)) + header + part)
        }
    }
}

/// Why a picture cannot be signed.
public enum CredentialError: Error, Equatable, CustomStringConvertible {
    /// The file is no PNG or JPEG file, or its structure is damaged.
    case otherFormat
    /// It has a manifest already.
    case alreadySigned
    /// What the manifest would say is too large.
    case tooLarge(limit: Int)
    /// The signing key or the certificate cannot be used.
    case signer(String)

    /// What is the matter.
    public var description: String {
        switch self {
        case .otherFormat: "It is no complete PNG or JPEG file."
        case .alreadySigned: "It carries a manifest already."
        case .tooLarge(let limit): "Its manifest would exceed \(limit) bytes."
        case .signer(let reason): "It cannot be signed: \(reason)."
        }
    }
}
