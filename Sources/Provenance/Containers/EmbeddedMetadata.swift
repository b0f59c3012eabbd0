/// The XMP packets and C2PA manifest stores that a picture file carries.
struct EmbeddedMetadata {
    /// Whole XMP packets, decompressed and put together.
    private(set) var packets: [[UInt8]] = []
    /// C2PA manifest stores.
    private(set) var stores: [ArraySlice<UInt8>] = []
    /// What is there and cannot be read, and why.
    private(set) var unreadable: [(place: TrainingMark.Place, reason: String)] = []

    /// Walks a PNG, JPEG or WebP file; one of another format is searched.
    init(of file: [UInt8]) {
        switch PictureContainer(sniffing: file) {
        case .png: read(PNGChunks(file), of: file)
        case .jpeg: read(JPEGSegments(file), of: file)
        case .webp: read(WebPChunks(file), of: file)
        case nil: scan(file[...])
        }
    }

    /// Adds what lies unpacked in bytes whose structure is not walked.
    private mutating func scan(_ bytes: ArraySlice<UInt8>) {
        let scan = PacketScan(of: bytes)
        for packet in scan.packets { add(packet: packet) }
        for store in scan.stores { add(store: store) }
        for damage in scan.unreadable { note(damage.place, damage.reason) }
    }

    private mutating func add(packet: [UInt8]) {
        guard packets.count < Limits.packets else {
            return note(.xmp, ManifestError.tooMany("XMP packets", limit: Limits.packets))
        }
        packets.append(packet)
    }

    private mutating func add(store: ArraySlice<UInt8>) {
        guard store.count <= Limits.storeBytes else {
            return note(.manifest, ManifestError.tooLarge(limit: Limits.storeBytes))
        }
        guard stores.count < Limits.packets else {
            return note(.manifest, ManifestError.tooMany("manifests", limit: Limits.packets))
        }
        stores.append(store)
    }

    private mutating func note(_ place: TrainingMark.Place, _ reason: ManifestError) {
        if unreadable.count < Limits.packets { unreadable.append((place, reason.description)) }
    }

    private mutating func read(_ chunks: PNGChunks, of file: [UInt8]) {
        for chunk in chunks.all {
            if chunk.type == "caBX" {
                add(store: file[chunk.body])
            } else if chunk.type == "eXIf" {
                scan(file[chunk.body])
            } else if let packet = PNGText.packet(in: chunk, of: file) {
                switch packet {
                case .success(let bytes): add(packet: bytes)
                case .failure(let error): note(.xmp, error)
                }
            }
        }
        if chunks.isCutOff { note(.xmp, .tooMany("chunks", limit: Limits.chunks)) }
    }

    private mutating func read(_ segments: JPEGSegments, of file: [UInt8]) {
        for packet in JPEGMetadata.packets(in: segments, of: file) {
            switch packet {
            case .success(let bytes): add(packet: bytes)
            case .failure(let error): note(.xmp, error)
            }
        }
        for segment in segments.all where segment.holds(JPEGMetadata.exifName, in: file) {
            scan(file[segment.body])
        }
        for store in JPEGMetadata.stores(in: segments, of: file) {
            switch store {
            case .success(let bytes): add(store: bytes[...])
            case .failure(let error): note(.manifest, error)
            }
        }
        if segments.isCutOff { note(.xmp, .tooMany("segments", limit: Limits.chunks)) }
    }

    private mutating func read(_ chunks: WebPChunks, of file: [UInt8]) {
        for chunk in chunks.all {
            // Some programs end the name with a zero.
            if ["XMP ", "XMP\0"].contains(chunk.type) { add(packet: Array(file[chunk.body])) }
            if chunk.type == "C2PA" { add(store: file[chunk.body]) }
            if chunk.type == "EXIF" { scan(file[chunk.body]) }
        }
        if chunks.isCutOff { note(.xmp, .tooMany("chunks", limit: Limits.chunks)) }
    }
}

/// The container formats, by a file's first bytes.
enum PictureContainer {
    case png
    case jpeg
    case webp

    init?(sniffing file: [UInt8]) {
        if file.starts(with: PNGChunks.signature) {
            self = .png
        } else if file.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if file.starts(with: Array("RIFF".utf8)),
            file.dropFirst(8).starts(with: Array("WEBP".utf8))
        {
            self = .webp
        } else {
            return nil
        }
    }
}

/// One chunk of a PNG or WebP file, or one segment of a JPEG file.
struct ContainerPart {
    /// Four characters; for a segment, the marker's second byte in hexadecimal.
    let type: String
    /// The range of its content in the file.
    let body: Range<Int>
    /// The range of all of it in the file.
    let whole: Range<Int>
}
