/// What the XMP of a picture says of it to programs that read no manifests.
///
/// - Note: XMP specification, part 1 (ISO 16684-1); IPTC Photo Metadata Standard 2023.1; PLUS LDF.
public struct PictureMetadata: Equatable, Sendable {
    /// Who made it; nil where the artist does not want to be named.
    public var creator: String?
    /// A sentence about its rights; nil for none.
    public var rights: String?
    /// How it came to be.
    public var origin: PictureCredential.Origin
    /// What others may do with it.
    public var training: PictureCredential.TrainingWish

    /// - Parameters:
    ///   - creator: nil where the artist does not want to be named.
    ///   - rights: A sentence; nil for none.
    ///   - origin: How the picture came to be.
    ///   - training: What others may do with it.
    public init(
        creator: String? = nil, rights: String? = nil, origin: PictureCredential.Origin,
        training: PictureCredential.TrainingWish
    ) {
        self.creator = creator
        self.rights = rights
        self.origin = origin
        self.training = training
    }

    /// Adds a packet to a PNG or JPEG file that has none; the pixels keep their bytes.
    ///
    /// - Parameter file: The whole file, as an encoder wrote it.
    /// - Throws: ``ProtectionError`` where it is another file, has a packet or a manifest already,
    ///   or the packet would be too long.
    public func added(to file: [UInt8]) throws(ProtectionError) -> [UInt8] {
        let present = EmbeddedMetadata(of: file)
        guard present.packets.isEmpty else { throw .severalPackets }
        guard present.stores.isEmpty else {
            throw .unreadable("it has a manifest, which covers every byte")
        }
        switch PictureContainer(sniffing: file) {
        case .png:
            guard let header = PNGChunks(file).all.first, header.type == "IHDR" else {
                throw .otherFormat
            }
            let end = header.whole.upperBound
            return file[..<end] + PNGText.chunk(holding: packet) + file[end...]
        case .jpeg:
            let segment = try JPEGMetadata.segment(holding: packet)
            let start = JPEGMetadata.placeOfPacket(in: JPEGSegments(file), of: file)
            return file[..<start] + segment + file[start...]
        default: throw .otherFormat
        }
    }

    /// The packet in UTF-8.
    private var packet: [UInt8] {
        var properties: [String] = []
        if let creator {
            properties.append(
                "<dc:creator><rdf:Seq><rdf:li>\(Self.escaped(creator))</rdf:li></rdf:Seq>"
                    + "</dc:creator>")
        }
        if let rights {
            properties.append(
                "<dc:rights><rdf:Alt><rdf:li xml:lang=\"x-default\">\(Self.escaped(rights))"
                    + "</rdf:li></rdf:Alt></dc:rights>")
        }
        let mark: DataMiningValue = training == .allowed ? .allowed : .prohibitedTraining
        properties += [
            "<plus:DataMining>\(DataMiningValue.vocabulary)\(mark.rawValue)</plus:DataMining>",
            "<Iptc4xmpExt:DigitalSourceType>\(origin.address)</Iptc4xmpExt:DigitalSourceType>",
        ]
        let text = """
            <?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>
            <x:xmpmeta xmlns:x="adobe:ns:meta/">
             <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
              <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" \
            xmlns:plus="\(DataMiningValue.namespace)" \
            xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
               \(properties.joined(separator: "\n   "))
              </rdf:Description>
             </rdf:RDF>
            </x:xmpmeta>
            <?xpacket end="r"?>
            """
        return Array(text.utf8)
    }

    /// Text as the content of an element; characters that XML 1.0 does not allow are left out.
    private static func escaped(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.filter { scalar in
                    scalar.value >= 0x20 || ["\t", "\n", "\r"].contains(scalar)
                }.filter { $0.value != 0xFFFE && $0.value != 0xFFFF })
        )
        .replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
