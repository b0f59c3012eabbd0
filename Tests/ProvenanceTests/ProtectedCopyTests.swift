import Foundation
import Provenance
import StyleKit
import TestSupport
import Testing

/// Copies that carry the artist's own mark.
@Suite("Protected copies")
struct ProtectedCopyTests {
    private static let vocabulary = "http://ns.useplus.org/ldf/vocab/"
    private static let wanted = ["DMI-PROHIBITED-AIMLTRAINING"]

    private static func marks(of file: [UInt8]) -> [String] {
        TrainingMarks(of: file).found.map(\.mark.value)
    }

    // Goal: a copy has the mark and the pixels of its original, in every format; a second copy is
    // the same file. Method: pictures without metadata.
    @Test(arguments: MarkedFile.Kind.allCases)
    func aCopyHasTheMarkAndThePixels(kind: MarkedFile.Kind) throws {
        let file = try MarkedFile.plain(kind)
        let copy = try ProtectedCopy(of: file)
        #expect(Self.marks(of: copy.bytes) == Self.wanted)
        let (before, after) = (try Picture.decode(file).0, try Picture.decode(copy.bytes).0)
        #expect(before.pixelHash == after.pixelHash)
        #expect(!copy.isWithoutManifest)
        #expect(try ProtectedCopy(of: copy.bytes).bytes == copy.bytes)
    }

    // Goal: existing XMP stays as it is around the mark, and another mark is replaced. Method:
    // packets in the forms that programs write; what exiftool reads of them before and after.
    @Test(arguments: MarkedFile.Kind.allCases)
    func existingMetadataIsMerged(kind: MarkedFile.Kind) throws {
        let title =
            "<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>A &amp; B</rdf:li></rdf:Alt>"
            + "</dc:title>"
        let packets = [
            MarkedFile.packet(attributes: "dc:format='image/x'", title),
            MarkedFile.packet(
                attributes: "plus:DataMining='DMI-ALLOWED' dc:format='image/x'", title),
            MarkedFile.packet("<plus:DataMining>DMI-ALLOWED</plus:DataMining>" + title),
            MarkedFile.packet("<plus:DataMining rdf:resource='DMI-ALLOWED'/>" + title),
            MarkedFile.packet(
                "<!-- </rdf:RDF> --><dc:source><![CDATA[</rdf:RDF>]]></dc:source>"
                    + "<plus:DataMining><rdf:Bag><rdf:li>DMI-ALLOWED</rdf:li></rdf:Bag>"
                    + "</plus:DataMining>" + title),
            Array(
                String(decoding: MarkedFile.packet(title), as: UTF8.self)
                    .replacing("rdf:about=\"\"", with: "rdf:about='uuid:1\"2'").utf8),
            Array(
                String(decoding: MarkedFile.packet(title), as: UTF8.self)
                    .replacing(
                        "<?xpacket end",
                        with: String(repeating: " ", count: 4000) + "\n<?xpacket end"
                    ).utf8),
        ]
        let folder = try TemporaryFolder()
        for packet in packets {
            let file = try MarkedFile.holding(xmp: packet, in: kind)
            let copy = try ProtectedCopy(of: file).bytes
            #expect(Self.marks(of: copy) == Self.wanted)
            #expect(
                try Picture.decode(file).0.pixelHash == Picture.decode(copy).0.pixelHash)
            // exiftool itself takes the comment for the end.
            if packet.firstRange(of: Array("<!-- </rdf".utf8)) != nil { continue }
            let place = folder.url.appending(path: "copy.\(kind)")
            try Data(copy).write(to: place)
            let read = try Shell.run(["exiftool", "-XMP-dc:Title", "-b", place.path])
            #expect(read == "A & B", "exiftool reads: \(read)")
            #expect(try Shell.run(["exiftool", "-validate", "-b", place.path]).hasPrefix("0"))
        }
    }

    // Goal: an empty RDF element and a default namespace take the mark, too.
    @Test func unusualPacketsTakeTheMark() throws {
        let rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        let packets = [
            "<rdf:RDF xmlns:rdf='\(rdf)'/>", "<rdf:RDF xmlns:rdf='\(rdf)'></rdf:RDF>",
            "<RDF xmlns='\(rdf)'><Description/></RDF>",
            "<r:RDF xmlns:r='\(rdf)'><r:Description r:about=''/></r:RDF>",
        ]
        for packet in packets {
            let file = try MarkedFile.holding(xmp: Array(packet.utf8), in: .png)
            #expect(Self.marks(of: try ProtectedCopy(of: file).bytes) == Self.wanted)
        }
    }

    // Goal: a manifest that the change would break is left out, and said.
    @Test(arguments: MarkedFile.Kind.allCases)
    func aBrokenManifestIsLeftOut(kind: MarkedFile.Kind) throws {
        let store = MarkedFile.superbox("c2pa", [MarkedFile.box("free", [1, 2, 3])])
        let file = try MarkedFile.holding(store: store, in: kind)
        let copy = try ProtectedCopy(of: file)
        #expect(copy.isWithoutManifest)
        #expect(!copy.bytes.contains(sequence: store))
        #expect(try Picture.decode(copy.bytes).0.pixelHash == Picture.decode(file).0.pixelHash)
    }

    // Goal: what cannot be marked for sure is refused in words. Method: damaged XMP, two packets, a
    // packet that fills the segment of a JPEG, no picture at all.
    @Test func whatCannotBeMarkedIsRefused() throws {
        let packet = MarkedFile.packet("<dc:source>x</dc:source>")
        let damaged = try MarkedFile.holding(xmp: Array(packet.dropLast(60)), in: .png)
        #expect(throws: ProtectionError.unreadable("its XMP is not well-formed")) {
            try ProtectedCopy(of: damaged)
        }
        let twice = try MarkedFile.webp([("XMP ", packet), ("XMP ", packet)])
        #expect(throws: ProtectionError.severalPackets) { try ProtectedCopy(of: twice) }
        let full = MarkedFile.packet(
            "<dc:source>\(String(repeating: "x", count: 65_000))</dc:source>")
        let crowded = try MarkedFile.holding(xmp: full, in: .jpeg)
        #expect(throws: ProtectionError.tooLarge(limit: Provenance.Limits.segmentPacketBytes)) {
            try ProtectedCopy(of: crowded)
        }
        #expect(throws: ProtectionError.otherFormat) {
            try ProtectedCopy(of: Array("GIF89a".utf8))
        }
    }
}

extension [UInt8] {
    /// Whether some bytes stand in a row.
    fileprivate func contains(sequence: [UInt8]) -> Bool { firstRange(of: sequence) != nil }
}
