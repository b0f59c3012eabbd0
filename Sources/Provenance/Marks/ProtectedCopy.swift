/// A copy of a picture file that says by `plus:DataMining` that training on it is forbidden; the
/// pixels keep their bytes.
public struct ProtectedCopy: Sendable {
    /// The value that is written.
    package static let value = DataMiningValue.prohibitedTraining

    /// The file.
    public let bytes: [UInt8]
    /// Whether the original has a C2PA manifest. It covers the original's bytes and would be
    /// invalid in the copy, so it was left out.
    public let isWithoutManifest: Bool

    /// Copies a PNG, JPEG or WebP file. Existing XMP is kept, with the mark set in it.
    ///
    /// - Throws: ``ProtectionError``.
    public init(of file: [UInt8]) throws(ProtectionError) {
        switch PictureContainer(sniffing: file) {
        case .png: (bytes, isWithoutManifest) = try Self.png(file)
        case .jpeg: (bytes, isWithoutManifest) = try Self.jpeg(file)
        case .webp: (bytes, isWithoutManifest) = try Self.webp(file)
        case nil: throw .otherFormat
        }
        // Whoever reads the copy finds this mark, and no other.
        let found = TrainingMarks(of: bytes).found.map(\.mark.value)
        guard found == [Self.value.rawValue] else { throw .otherMark }
    }

    private typealias Copy = (bytes: [UInt8], isWithoutManifest: Bool)

    private static func png(_ file: [UInt8]) throws(ProtectionError) -> Copy {
        let chunks = PNGChunks(file).all
        var packets: [[UInt8]] = []
        var kept: [ContainerPart] = []
        for chunk in chunks where chunk.type != "caBX" {
            switch PNGText.packet(in: chunk, of: file) {
            case .success(let packet): packets.append(packet)
            case .failure(let error): throw .unreadable(error.description)
            case nil: kept.append(chunk)
            }
        }
        let mark = PNGText.chunk(holding: try packet(from: packets))
        guard let data = kept.firstIndex(where: { $0.type == "IDAT" }) else { throw .otherFormat }
        var copy = PNGChunks.signature
        for (index, chunk) in kept.enumerated() {
            if index == data { copy += mark }
            copy += file[chunk.whole]
        }
        return (copy, chunks.contains { $0.type == "caBX" })
    }

    private static func jpeg(_ file: [UInt8]) throws(ProtectionError) -> Copy {
        let segments = JPEGSegments(file)
        let old = segments.all.filter { $0.holds(JPEGMetadata.packetName, in: file) }
        let manifests = segments.all.filter { JPEGMetadata.isManifest($0, of: file) }
        let packet = try packet(
            from: old.map { Array(file[$0.body].dropFirst(JPEGMetadata.packetName.count)) })
        let segment = try JPEGMetadata.segment(holding: packet)
        let start =
            old.first?.whole.lowerBound ?? JPEGMetadata.placeOfPacket(in: segments, of: file)
        let left = (old + manifests).map(\.whole).sorted { $0.lowerBound < $1.lowerBound }
        var copy: [UInt8] = []
        var position = 0
        for range in left where range.upperBound <= start {
            copy += file[position..<range.lowerBound]
            position = range.upperBound
        }
        copy += file[position..<start] + segment[...]
        position = start
        for range in left where range.lowerBound >= start {
            copy += file[position..<range.lowerBound]
            position = range.upperBound
        }
        copy += file[position...]
        return (copy, !manifests.isEmpty)
    }

    private static func webp(_ file: [UInt8]) throws(ProtectionError) -> Copy {
        let chunks = WebPChunks(file)
        guard var header = WebPHeader(of: chunks, in: file) else { throw .otherFormat }
        header.announceXMP()
        func isXMP(_ chunk: ContainerPart) -> Bool { ["XMP ", "XMP\0"].contains(chunk.type) }
        let packet = try packet(from: chunks.all.filter(isXMP).map { Array(file[$0.body]) })
        let kept = chunks.all.filter {
            !isXMP($0) && $0.type != "C2PA" && $0.type != WebPHeader.type
        }.map { chunk in
            WebPChunks.chunk(chunk.type, Array(file[chunk.body]))
        }
        let copy = WebPChunks.file(
            [WebPChunks.chunk(WebPHeader.type, header.body)] + kept
                + [WebPChunks.chunk("XMP ", packet)])
        return (copy, chunks.all.contains { $0.type == "C2PA" })
    }

    /// The packet of the copy: the one that is there with the mark set, else a new one.
    private static func packet(from packets: [[UInt8]]) throws(ProtectionError) -> [UInt8] {
        guard packets.count <= 1 else { throw .severalPackets }
        guard let packet = packets.first else { return XMPPacket(marking: value).bytes }
        do throws(ManifestError) {
            return try XMPPacket(packet, marking: value).bytes
        } catch {
            throw .unreadable(error.description)
        }
    }
}

/// Why no protected copy can be made.
public enum ProtectionError: Error, Equatable, CustomStringConvertible {
    /// The file is no PNG, JPEG or WebP file, or its structure is damaged.
    case otherFormat
    /// Its XMP cannot be read.
    case unreadable(String)
    /// It has more than one XMP packet.
    case severalPackets
    /// The packet would be too long for the format.
    case tooLarge(limit: Int)
    /// Another mark would stay in a part of it that is not rewritten, such as extended XMP.
    case otherMark

    /// What is the matter with the file.
    public var description: String {
        switch self {
        case .otherFormat: "It is no complete PNG, JPEG or WebP file."
        case .unreadable(let reason): "Its metadata cannot be extended: \(reason)."
        case .severalPackets: "It has several XMP packets, so a mark in one could be overlooked."
        case .tooLarge(let limit):
            "With the mark its XMP packet would exceed the \(limit) bytes that JPEG allows."
        case .otherMark: "Another mark stands in a part of it that cannot be rewritten."
        }
    }
}
