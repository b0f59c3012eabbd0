import Foundation
import Provenance
import TestSupport
import Testing

/// The wishes about training that picture files carry are found, however they are written.
@Suite("Training marks")
struct TrainingMarksTests {
    private static let no = "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-AIMLTRAINING"

    /// One way to write the same prohibition.
    struct Spelling: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let packet: [UInt8]

        init(_ name: String, _ packet: [UInt8]) {
            testDescription = name
            self.packet = packet
        }
    }

    private static let spellings: [Spelling] = [
        Spelling("attribute", MarkedFile.packet(attributes: "plus:DataMining='\(no)'")),
        Spelling("element", MarkedFile.packet("<plus:DataMining>\(no)</plus:DataMining>")),
        Spelling(
            "element with blanks",
            MarkedFile.packet("<plus:DataMining>\n  \(no)\n </plus:DataMining>")),
        Spelling("resource", MarkedFile.packet("<plus:DataMining rdf:resource='\(no)'/>")),
        Spelling(
            "bag",
            MarkedFile.packet(
                "<plus:DataMining><rdf:Bag><rdf:li>\(no)</rdf:li></rdf:Bag></plus:DataMining>")),
        Spelling(
            "bag of resources",
            MarkedFile.packet(
                "<plus:DataMining><rdf:Bag><rdf:li rdf:resource='\(no)'/></rdf:Bag>"
                    + "</plus:DataMining>")),
        Spelling(
            "value",
            MarkedFile.packet(
                "<plus:DataMining rdf:parseType='Resource'><rdf:value>\(no)</rdf:value>"
                    + "</plus:DataMining>")),
        Spelling(
            "description with about",
            MarkedFile.packet(
                "<plus:DataMining><rdf:Description rdf:about='\(no)'/></plus:DataMining>")),
        Spelling(
            "CDATA", MarkedFile.packet("<plus:DataMining><![CDATA[\(no)]]></plus:DataMining>")),
        Spelling(
            "character references",
            MarkedFile.packet(
                "<plus:DataMining>\(no.replacing("-", with: "&#x2D;"))</plus:DataMining>")),
        Spelling(
            "another prefix",
            MarkedFile.packet(
                "<p:DataMining xmlns:p='http://ns.useplus.org/ldf/xmp/1.0/'>\(no)"
                    + "</p:DataMining>")),
        Spelling(
            "default namespace",
            MarkedFile.packet(
                "<DataMining xmlns='http://ns.useplus.org/ldf/xmp/1.0/'>\(no)"
                    + "</DataMining>")),
        Spelling(
            "namespace without its slash",
            MarkedFile.packet(
                attributes: "plus:DataMining='\(no)'", plus: "https://ns.useplus.org/LDF/xmp/1.0")),
        Spelling(
            "undeclared prefix",
            Array(
                """
                <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
                rdf:about=""><plus:DataMining>\(no)</plus:DataMining></rdf:Description></rdf:RDF>
                """.utf8)),
        Spelling(
            "name alone",
            MarkedFile.packet(attributes: "plus:DataMining='dmi-prohibited-aimltraining'")),
        Spelling(
            "behind a byte order mark, with zeros at the end",
            [0xEF, 0xBB, 0xBF] + MarkedFile.packet(attributes: "plus:DataMining='\(no)'")
                + [UInt8](repeating: 0, count: 40)),
    ]

    // Goal: a prohibition is found in every spelling of XMP and every container, and nothing else
    // is. Method: 16 spellings in PNG, JPEG and WebP.
    @Test(arguments: spellings, MarkedFile.Kind.allCases)
    func everySpellingIsFound(spelling: Spelling, kind: MarkedFile.Kind) throws {
        let file = try MarkedFile.holding(xmp: spelling.packet, in: kind)
        let marks = TrainingMarks(of: file).found.map(\.mark)
        #expect(marks.map(\.value) == ["DMI-PROHIBITED-AIMLTRAINING"])
        #expect(marks.map(\.meaning) == [.prohibited])
        #expect(TrainingMarks(of: try MarkedFile.plain(kind)).found.isEmpty)
    }

    // Goal: of several values the one that forbids comes first, with whoever the file names.
    @Test func whatForbidsComesFirst() throws {
        let packet = MarkedFile.packet(
            "<dc:creator><rdf:Seq><rdf:li>Mia</rdf:li></rdf:Seq></dc:creator>"
                + "<plus:DataMining><rdf:Bag><rdf:li>DMI-ALLOWED</rdf:li><rdf:li>DMI-PROHIBITED"
                + "</rdf:li></rdf:Bag></plus:DataMining>")
        let marks = TrainingMarks(of: try MarkedFile.holding(xmp: packet, in: .png)).found
            .map(\.mark)
        #expect(marks.map(\.meaning) == [.prohibited, .allowed])
        #expect(marks.map(\.holder) == ["Mia", "Mia"])
    }

    // Goal: a packet that cannot be read is never taken for one without a mark. Method: packets
    // that attack or break their reader, each in every container.
    @Test(arguments: MarkedFile.Kind.allCases)
    func whatCannotBeReadIsSaid(kind: MarkedFile.Kind) throws {
        let whole = MarkedFile.packet(attributes: "plus:DataMining='\(Self.no)'")
        let deep = String(repeating: "<a>", count: 5_000) + String(repeating: "</a>", count: 5_000)
        let bomb =
            "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>"
            + "<x xmlns:plus='http://ns.useplus.org/ldf/xmp/1.0/' plus:DataMining='&b;'/>"
        let external =
            "<!doctype x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><x>&a;</x>"
        let hostile: [[UInt8]] = [
            Array(whole.prefix(whole.count / 2)), [], [0xFF, 0xFE, 0x3C, 0x00], Array(deep.utf8),
            Array(bomb.utf8), Array(external.utf8), whole + whole,
            MarkedFile.packet("<plus:DataMining/>"),
            MarkedFile.packet(attributes: "plus:DataMining='DMI-SOMETHING-NEW'"),
        ]
        for packet in hostile {
            let found = TrainingMarks(of: try MarkedFile.holding(xmp: packet, in: kind)).found
            #expect(found.map(\.mark.meaning) == [.unreadable], "\(packet.count) bytes")
        }
    }

    // Goal: limits are exact. Method: a packet of the largest size and depth, and one beyond each.
    @Test func limitsAreExact() throws {
        let mark = MarkedFile.packet(attributes: "plus:DataMining='\(Self.no)'")
        func padded(to count: Int) -> [UInt8] {
            Array("<!--".utf8) + [UInt8](repeating: 0x61, count: count - mark.count - 7)
                + Array("-->".utf8) + mark.drop { $0 != UInt8(ascii: "\n") }.dropFirst(0)
        }
        let head = mark.prefix { $0 != UInt8(ascii: "\n") }.count
        for (extra, meaning) in [(0, TrainingMark.Meaning.prohibited), (1, .unreadable)] {
            let packet = padded(to: Provenance.Limits.packetBytes + head + extra)
            #expect(packet.count == Provenance.Limits.packetBytes + extra)
            let found = TrainingMarks(of: try MarkedFile.holding(xmp: packet, in: .png)).found
            #expect(found.map(\.mark.meaning) == [meaning])
        }
        for (extra, meaning) in [(0, TrainingMark.Meaning.prohibited), (1, .unreadable)] {
            // Three elements are around.
            let count = Provenance.Limits.xmlDepth - 4 + extra
            let nested =
                String(repeating: "<a>", count: count) + "<plus:DataMining>\(Self.no)"
                + "</plus:DataMining>" + String(repeating: "</a>", count: count)
            let found = TrainingMarks(
                of: try MarkedFile.holding(xmp: MarkedFile.packet(nested), in: .png)
            ).found
            #expect(found.map(\.mark.meaning) == [meaning])
        }
    }

    // Goal: in a file whose structure is not walked a prohibition is never taken for none. Method:
    // a packet in the forms that the standard allows, a compressed one, boxes with a manifest.
    @Test func noFormIsOverlookedInOtherFiles() throws {
        let value = "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-AIMLTRAINING"
        let packet = String(
            decoding: MarkedFile.packet("<plus:DataMining>\(value)</plus:DataMining>"),
            as: UTF8.self)
        func bare(_ text: String) -> String {
            text.replacing("<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">", with: "")
                .replacing("</x:xmpmeta>", with: "")
        }
        let read = [
            packet, bare(packet), packet.replacing("x:xmpmeta", with: "x:xapmeta"),
            packet.replacing("x:xmpmeta", with: "xm:xmpmeta").replacing(
                "xmlns:x=", with: "xmlns:xm="),
            bare(packet).split(separator: "?>").dropFirst().joined(separator: "?>"),
        ]
        for text in read {
            let marks = TrainingMarks(of: Array("II*\0".utf8) + Array(text.utf8) + [0, 0]).found
            #expect(marks.first?.mark.meaning == .prohibited, "\(text)")
        }
        let utf16 = [packet.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }]
        let brotli = [MarkedFile.box("brob", Array("xml ".utf8) + [0x8B, 2, 0x80])]
        for bytes in utf16 + brotli + [Array("plus:DataMining=".utf8)] {
            let marks = TrainingMarks(of: Array("II*\0".utf8) + bytes).found
            #expect(marks.map(\.mark.meaning) == [.unreadable])
        }
        let manifest = try Data(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: "Vectors/marks/cawg.png"))
        #expect(
            TrainingMarks(of: Array("II*\0".utf8) + Array(manifest)).found.map(\.mark)
                == TrainingMarks(of: Array(manifest)).found.map(\.mark))
        #expect(TrainingMarks(of: Array("II*\0".utf8) + Array("<x:xmp DataMine".utf8)).found == [])
    }

    // Goal: EXIF data of pictures may hold a packet, too.
    @Test func packetsInEXIFAreRead() throws {
        let packet = MarkedFile.packet("<plus:DataMining>DMI-PROHIBITED</plus:DataMining>")
        let data = Array("II*\0".utf8) + packet
        let files = [
            try MarkedFile.png([("eXIf", data)]),
            try MarkedFile.jpeg([(0xE1, Array("Exif\0\0".utf8) + data)]),
            try MarkedFile.webp([("EXIF", data)]),
        ]
        for file in files {
            #expect(TrainingMarks(of: file).found.map(\.mark.meaning) == [.prohibited])
        }
    }

    // Goal: reading costs what a file's length allows. Method: what took minutes once: packets that
    // begin again and again without an end, and an element with very many attributes; the count of
    // the places that are searched shows in what is reported.
    @Test func hostileFilesAreReadInTime() throws {
        let endless = Array(String(repeating: "<x:xmpmeta", count: 400_000).utf8)
        let marks = TrainingMarks(of: Array("II*\0".utf8) + endless).found.map(\.mark)
        #expect(marks.map(\.meaning) == [.unreadable])
        let attributes = (0..<80_000).map { "x\($0)='1'" }.joined(separator: " ")
        let crowded = try MarkedFile.holding(xmp: Array("<a \(attributes)/>".utf8), in: .png)
        let limit = "it has more than 1000 attributes of one element"
        #expect(TrainingMarks(of: crowded).found.map(\.mark.value) == [limit])
    }

    // Goal: what ImageMagick writes is read, and the EXIF that it writes the same way is not.
    @Test func rawProfilesAreRead() throws {
        let packet = MarkedFile.packet(attributes: "plus:DataMining='\(Self.no)'")
        func chunk(_ name: String, _ bytes: [UInt8]) -> (String, [UInt8]) {
            let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
            var lines = ""
            for (index, pair) in digits.enumerated() {
                lines += (index % 36 == 0 ? "\n" : "") + pair
            }
            let text = "\nxmp\n      \(bytes.count)\(lines)\n"
            return ("tEXt", Array("Raw profile type \(name)\0".utf8) + Array(text.utf8))
        }
        let segment = Array("http://ns.adobe.com/xap/1.0/\0".utf8) + packet
        for file in [chunk("xmp", packet), chunk("APP1", segment)] {
            let found = TrainingMarks(of: try MarkedFile.png([file])).found
            #expect(found.map(\.mark.meaning) == [.prohibited])
        }
        let exif = try MarkedFile.png([chunk("APP1", Array("Exif\0\0".utf8) + [1, 2, 3])])
        #expect(TrainingMarks(of: exif).found.isEmpty)
    }

    // Goal: files of the programs that artists use are understood. Method: a corpus of exiftool's
    // and c2pa-python's making, with what must be found in each; see Scripts/mark-corpus.
    @Test func theCorpusIsUnderstood() throws {
        struct Corpus: Decodable {
            let files: [String: [[String]]]
            let skipped: [String]
        }
        let folder = try TemporaryFolder()
        let root = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try Shell.run([
            root.appending(path: "Scripts/mark-corpus").path, folder.url.path,
        ])
        let json = Data(text.split(separator: "\n").last.map(String.init)?.utf8 ?? "".utf8)
        let corpus = try JSONDecoder().decode(Corpus.self, from: json)
        for reason in corpus.skipped { print("skipped \(reason)") }
        #expect(corpus.files.count >= 13)
        for (name, wanted) in corpus.files {
            let file = try Array(Data(contentsOf: folder.url.appending(path: name)))
            #expect(Self.marks(of: file) == wanted, "\(name)")
        }
        // The manifests of the corpus as c2pa-python 0.38.2 made them, kept for where it is away.
        for ending in ["png", "jpg", "webp"] {
            let kept = root.appending(path: "Tests/Vectors/marks/cawg.\(ending)")
            let wanted = [
                ["c2pa", "cawg.ai_generative_training", "notAllowed", "prohibited", "Mia Rossi"],
                ["c2pa", "cawg.data_mining", "constrained", "constrained", "Mia Rossi"],
                ["c2pa", "cawg.ai_inference", "notAllowed", "other-use", "Mia Rossi"],
            ]
            let file = try Array(Data(contentsOf: kept))
            #expect(Self.marks(of: file) == wanted)
            #expect(TrainingMarks(of: file).found.allSatisfy { $0.signerKey?.count == 32 })
        }
    }

    private static func marks(of file: [UInt8]) -> [[String]] {
        TrainingMarks(of: file).found.map(\.mark).map {
            [$0.place.rawValue, $0.property, $0.value, $0.meaning.rawValue, $0.holder]
        }
    }
}
