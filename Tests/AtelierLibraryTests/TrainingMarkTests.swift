import AtelierLibrary
import AtelierProtocol
import Foundation
import Provenance
import SignedObjects
import StyleKit
import TestSupport
import Testing

/// What a file says of training decides whether it becomes a work.
@Suite("Marks at import")
struct TrainingMarkTests {
    private static func library(_ world: World) throws -> Library {
        try Library.make(
            in: world.home("a"), deviceName: "a", environment: world.environment()
        ).library
    }

    /// A PNG of the world with a packet that has this value, behind its header.
    private static func marked(_ world: World, _ value: String) throws -> URL {
        let packet = """
            <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
            xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
            xmlns:dc="http://purl.org/dc/elements/1.1/"
            xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" plus:DataMining="\(value)">
            <dc:creator><rdf:Seq><rdf:li>Mia Rossi</rdf:li></rdf:Seq></dc:creator>
            </rdf:Description></rdf:RDF></x:xmpmeta>
            """
        return try marked(world, chunk: "iTXt", "XML:com.adobe.xmp\0\0\0\0\0" + packet)
    }

    // Goal: a mark in a file of a drawing program or a scanner is found as in a PNG.
    // Method: the packet behind the pixels of a PSD, and in the PNG that a Clip Studio file shows.
    @Test func marksInArtistsFilesDecide() throws {
        let world = try World()
        let library = try Self.library(world)
        let png = try Self.marked(world, "DMI-PROHIBITED")
        var psd = Array("8BPS".utf8) + [0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 80, 0, 0, 0, 80]
        psd += [0, 8, 0, 1] + [UInt8](repeating: 0, count: 14)
        psd += (0..<6_400).map { UInt8($0 % 251) }
        let plain = world.folder.url.appending(path: "plain.psd")
        try Data(psd).write(to: plain)
        #expect(try library.works.add(plain).work.format == "psd")
        psd[psd.count - 1] = 7
        let packet = try Self.packet(in: Array(Data(contentsOf: png)))
        let marked = world.folder.url.appending(path: "marked.psd")
        try Data(psd + packet).write(to: marked)
        let clip = world.folder.url.appending(path: "marked.clip")
        let database = world.folder.path("database")
        try Shell.sqlite(
            database,
            """
            CREATE TABLE CanvasPreview (ImageData BLOB);
            INSERT INTO CanvasPreview VALUES (readfile('\(png.path)'));
            """)
        let image = try Array(Data(contentsOf: URL(filePath: database)))
        let length = withUnsafeBytes(of: UInt64(image.count).bigEndian) { Array($0) }
        let head = Array("CSFCHUNK".utf8) + [UInt8](repeating: 0, count: 16)
        try Data(head + Array("CHNKSQLi".utf8) + length + image).write(to: clip)
        for file in [marked, clip] {
            #expect(throws: RightsError.self, "\(file)") { try library.works.add(file) }
            let work = try library.works.add(file, answer: .own).work
            #expect(try library.works.work(work.id).markTexts.count == 1, "\(file)")
        }
    }

    /// The XMP packet in a file.
    private static func packet(in file: [UInt8]) throws -> [UInt8] {
        let begin = try #require(file.firstRange(of: Array("<x:xmpmeta".utf8))).lowerBound
        let end = try #require(file.firstRange(of: Array("</x:xmpmeta>".utf8))).upperBound
        return Array(file[begin..<end])
    }

    private static func marked(_ world: World, chunk: String, _ text: String) throws -> URL {
        let file = Array(try Data(contentsOf: try world.picture(3)))
        let length = withUnsafeBytes(of: UInt32(text.utf8.count).bigEndian) { Array($0) }
        let extra = length + Array(chunk.utf8) + Array(text.utf8) + [0, 0, 0, 0]
        let url = world.folder.url.appending(path: "marked.png")
        try Data(file.prefix(33) + extra + file.dropFirst(33)).write(to: url)
        return url
    }

    // Goal: a work that somebody marked against training is refused in plain words, and the
    // artist's own with --own-mark is not; the statement and the work tell what was found.
    // Method: each value of plus:DataMining with each right and each answer.
    @Test func marksDecide() throws {
        let world = try World()
        let library = try Self.library(world)
        let values: [(String, TrainingMark.Meaning)] = [
            ("DMI-UNSPECIFIED", .unspecified), ("DMI-ALLOWED", .allowed),
            ("DMI-PROHIBITED", .prohibited), ("DMI-PROHIBITED-AIMLTRAINING", .prohibited),
            ("DMI-PROHIBITED-GENAIMLTRAINING", .prohibited),
            ("DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING", .prohibited),
            ("DMI-PROHIBITED-SEECONSTRAINT", .constrained),
            ("DMI-PROHIBITED-SEEEMBEDDEDRIGHTSEXPR", .constrained),
            ("DMI-PROHIBITED-SEELINKEDRIGHTSEXPR", .constrained), ("DMI-NEW", .unreadable),
        ]
        let rights: [WorkRights] = [.mine, .licensed("a licence"), .commissioned("an order")]
        for (value, meaning) in values {
            let file = try Self.marked(world, value)
            for right in rights {
                for answer in [MarkAnswer.none, .own, .checked] {
                    let isIn: Bool
                    switch meaning {
                    case .prohibited: isIn = answer == .own && right == .mine
                    case .constrained: isIn = answer == .own || right != .mine
                    case .unreadable: isIn = answer == .checked || answer == .own && right == .mine
                    default: isIn = true
                    }
                    let added = Result {
                        try library.works.add(file, rights: right, answer: answer).work
                    }
                    guard isIn else {
                        #expect(throws: RightsError.self, "\(value) \(right) \(answer)") {
                            try added.get()
                        }
                        continue
                    }
                    let work = try added.get()
                    #expect(work.marks?.map(\.meaning) == [meaning])
                    #expect(work.marks?.map(\.holder) == ["Mia Rossi"])
                    #expect(work.markAnswer == answer && work.basis == right.basis.rawValue)
                    _ = try library.withdrawals.remove(work.id, forGood: true)
                }
            }
        }
        #expect(try library.works.all().isEmpty)
    }

    // Goal: the refusal says who, what and what to do; it ends with the status of a refusal.
    @Test func theRefusalSaysAll() throws {
        let world = try World()
        let library = try Self.library(world)
        let file = try Self.marked(world, "DMI-PROHIBITED-AIMLTRAINING")
        let error = #expect(throws: RightsError.self) { try library.works.add(file) }
        let failure = Failure(try #require(error))
        #expect(failure.kind == .refused && failure.nextStep == .sayOwnMark)
        #expect(
            failure.text
                == "\(file.path) was not added. It says that no AI may be trained on it: "
                + "plus:DataMining is DMI-PROHIBITED-AIMLTRAINING. It names \"Mia Rossi\". Whoever "
                + "holds the rights can give you a file without this mark.")
        let broken = try Self.marked(world, chunk: "caBX", "????jumb")
        let unread = #expect(throws: RightsError.self) { try library.works.add(broken) }
        #expect(Failure(try #require(unread)).nextStep == .sayCheckedMark)
    }

    // Goal: files that others' programs marked are refused for what they say, and those that allow
    // training are not. Method: the corpus of exiftool's and c2pa-python's making.
    @Test func filesOfOtherProgramsAreRefused() throws {
        struct Corpus: Decodable { let files: [String: [[String]]] }
        let world = try World()
        let root = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let folder = world.folder.url.appending(path: "corpus")
        let text = try Shell.run([root.appending(path: "Scripts/mark-corpus").path, folder.path])
        let json = Data((text.split(separator: "\n").last.map(String.init) ?? "").utf8)
        let files = try JSONDecoder().decode(Corpus.self, from: json).files
        #expect(files.count >= 13)
        for (index, (name, marks)) in files.sorted(by: { $0.key < $1.key }).enumerated() {
            // All show the same picture: each has a library of its own.
            let library = try Library.make(
                in: world.home("\(index)"), deviceName: "a", environment: world.environment()
            ).library
            let file = folder.appending(path: name)
            let forbidding = marks.first { ["prohibited", "constrained"].contains($0[3]) }
            guard let forbidding else {
                #expect(try library.works.add(file).work.marks?.count == marks.count, "\(name)")
                continue
            }
            let error = #expect(throws: RightsError.self, "\(name)") {
                try library.works.add(file)
            }
            let words = error?.description ?? ""
            #expect(words.contains("\(forbidding[1]) is \(forbidding[2])"), "\(name): \(words)")
            #expect(words.contains("Mia Rossi"), "\(name): \(words)")
            #expect(try library.works.all().isEmpty)
        }
    }

    // Goal: a manifest that the artist's own key signed is the artist's own mark; the same by
    // another key is not. Method: the key in a certificate of the manifest's signature.
    @Test func ownKeysAreKnown() throws {
        let world = try World()
        let library = try Self.library(world)
        let first = try library.works.add(try world.picture(1)).work
        let own = try JWS<RightsStatement>.unverifiedPayload(of: first.statement).deviceKey.bytes
        let other = [UInt8](repeating: 7, count: 32)
        for (key, isOwn) in [(other, false), (own, true)] {
            let store = Self.store(signedBy: key)
            let file = try Self.marked(
                world, chunk: "caBX", String(decoding: [UInt8](), as: UTF8.self))
            var bytes = Array(try Data(contentsOf: file))
            // The empty chunk's length is set, and its body put in.
            bytes.replaceSubrange(
                33..<37, with: withUnsafeBytes(of: UInt32(store.count).bigEndian) { Array($0) })
            bytes.insert(contentsOf: store, at: 41)
            try Data(bytes).write(to: file)
            if isOwn {
                let work = try library.works.add(file).work
                #expect(work.markAnswer == .own)
                #expect(work.marks?.map(\.meaning) == [.prohibited])
            } else {
                #expect(throws: RightsError.self) { try library.works.add(file) }
            }
        }
    }

    // Goal: what is in the library already is told, whatever its file says: nothing is added.
    @Test func aProtectedCopyIsADuplicate() throws {
        let world = try World()
        let library = try Self.library(world)
        let work = try library.works.add(try world.picture(3), title: "Heron").work
        let folder = world.folder.url.appending(path: "out")
        let copies = try library.works.protect([work.id], to: folder)
        let copy = URL(filePath: try #require(copies.first).file)
        #expect(copy.lastPathComponent == "heron-\(work.id.short).png")
        let again = try library.works.add(copy)
        #expect(again.isDuplicate && again.work.id == work.id)
        #expect(throws: LibraryError.fileExists(path: copy.path)) {
            try library.works.protect([work.id], to: folder)
        }
        // Elsewhere it is refused.
        let other = try Library.make(
            in: world.home("b"), deviceName: "b", environment: world.environment()
        ).library
        #expect(throws: RightsError.self) { try other.works.add(copy) }
        #expect(try other.works.add(copy, answer: .own).work.markAnswer == .own)
    }

    /// A manifest store that forbids training, with a certificate of this Ed25519 key.
    private static func store(signedBy key: [UInt8]) -> [UInt8] {
        func big(_ number: Int) -> [UInt8] {
            withUnsafeBytes(of: UInt32(number).bigEndian) { Array($0) }
        }
        func box(_ type: String, _ body: [UInt8]) -> [UInt8] {
            big(body.count + 8) + Array(type.utf8) + body
        }
        func superbox(_ label: String, _ children: [[UInt8]]) -> [UInt8] {
            let description = [UInt8](repeating: 1, count: 16) + [3] + Array(label.utf8) + [0]
            return box("jumb", box("jumd", description) + children.joined())
        }
        func der(_ tag: UInt8, _ body: [UInt8]) -> [UInt8] { [tag, UInt8(body.count)] + body }
        func text(_ text: String) -> [UInt8] { [0x78, UInt8(text.utf8.count)] + Array(text.utf8) }
        let name = der(0x30, [])
        let keyInfo = der(0x30, der(0x30, der(0x06, [0x2B, 0x65, 0x70])) + der(0x03, [0] + key))
        let fields = der(0x02, [1]) + der(0x30, []) + name + der(0x30, []) + name + keyInfo
        let certificate = der(0x30, der(0x30, fields))
        let header: [UInt8] = [0xA1, 0x18, 33, 0x58, UInt8(certificate.count)] + certificate
        let signature: [UInt8] =
            [0xD2, 0x84, 0x58, UInt8(header.count)] + header + [0xA0, 0xF6, 0x40]
        let entries: [UInt8] =
            [0xA1] + text("cawg.ai_training") + [0xA1] + text("use") + text("notAllowed")
        return superbox(
            "c2pa",
            [
                superbox(
                    "urn:c2pa:1",
                    [
                        superbox(
                            "c2pa.assertions",
                            [superbox("cawg.training-mining", [box("cbor", entries)])]),
                        superbox("c2pa.signature", [box("cbor", signature)]),
                    ])
            ])
    }
}
