import AtelierLibrary
import CreditLedger
import Foundation
import SignedObjects
import StyleKit
import SystemSupport
import TestSupport
import Testing

@Suite("Landmarks and figures")
struct LandmarksTests {
    struct Crash: Error {}

    private static let order = NamedOrder(
        model: "cast", seed: 5, width: 96, height: 120, kind: .figure())

    // Goal: landmarks are set, read as text that sets the same again, and removed.
    // Method: those of a painted character in pixels; the printed text in ten-thousandths.
    @Test func landmarksAreSetPrintedAndRemoved() throws {
        let world = try World()
        let library = try world.library("a")
        let work = try world.addCharacter(1, to: library)
        let marks = try #require(work.landmarks)
        let text = library.works.text(of: marks)
        let again = try library.works.landmarks(json: Array(text.utf8), named: "text", for: work)
        #expect(again == marks)
        #expect(try library.works.all().map(\.landmarks) == [marks])
        #expect(try library.works.setLandmarks(nil, of: work.id).landmarks == nil)
    }

    // Goal: whatever a file holds, it is refused in words or read within the limits, and changes
    // nothing.
    // Method: texts that are no landmarks, each of its own kind.
    @Test func hostileTextsAreRefused() throws {
        let world = try World()
        let library = try world.library("a")
        let work = try world.addCharacter(1, to: library, marked: false)
        let good = PaintedCharacter(1).json
        let deep = String(repeating: "[", count: 60_000)
        let texts = [
            ("", "no JSON object"), ("null", "no JSON object"), ("[1, 2]", "no JSON object"),
            (deep, "no JSON object"), ("{\"yaw\": 0}", "\"left_eye\" is missing"),
            (good.replacing("\"yaw\": 0", with: "\"yaw\": NaN"), "no JSON object"),
            (good.replacing("\"yaw\": 0", with: "\"yaw\": 1e999"), "no JSON object"),
            (good.replacing("\"yaw\": 0", with: "\"yaw\": \"left\""), "\"yaw\" holds another"),
            (good.replacing("\"yaw\": 0", with: "\"yaw\": 1e300"), "direction of the head"),
            (good.replacing("\"mouth\": [", with: "\"mouth\": [7, "), "3 numbers"),
            (
                good.replacing("\"mouth\": [", with: "\"mouth\": [-1e18, 3], \"x\": ["),
                "called \"x\""
            ),
            (good.replacing("\"mouth\"", with: "\"mouht\""), "called \"mouht\""),
            (good.replacing("\"head_outline\"", with: "\"forearms\""), "\"forearms"),
            (good.replacing("\"pixels\"", with: "\"miles\""), "\"unit\" holds another"),
            (
                good.replacing("\"unit\": \"pixels\", ", with: ""), "The ends of the waist"
            ),
        ]
        for (text, reason) in texts {
            do {
                _ = try library.works.landmarks(json: Array(text.utf8), named: "it", for: work)
                Issue.record("\(text.prefix(60))")
            } catch WorkError.notLandmarks(_, let told, _) {
                #expect(told.contains(reason), "\(told)")
            }
        }
        let huge = Array((good + String(repeating: " ", count: 200_000)).utf8)
        #expect(throws: LibraryError.tooLarge(path: "it", limit: 128 * 1024)) {
            try library.works.landmarks(json: huge, named: "it", for: work)
        }
        #expect(try library.works.work(work.id).landmarks == nil)
        try Shell.sqlite(
            library.folder.database.path, "UPDATE works SET landmarks = '{\"yaw\": 5'")
        #expect(try library.works.work(work.id).landmarks == nil)
    }

    // Goal: landmarks travel; where two devices set them at once the later ones are kept, and the
    // others are listed and come back.
    // Method: two devices and a server.
    @Test func concurrentLandmarksAreAConflict() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let first = try await world.joinedLibrary("desk", at: server)
        let work = try world.addCharacter(1, to: first)
        _ = try await first.sync.run()
        let second = try await world.secondLibrary("tablet", of: first, at: server)
        #expect(try second.works.work(work.id).landmarks == work.landmarks)
        let sets = try [20, -30].map { yaw in
            try first.works.landmarks(
                json: Array(
                    PaintedCharacter(1).json.replacing("\"yaw\": 0", with: "\"yaw\": \(yaw)").utf8),
                named: "it", for: work)
        }
        _ = try first.works.setLandmarks(sets[0], of: work.id)
        world.advance(by: .seconds(1))
        _ = try second.works.setLandmarks(sets[1], of: work.id)
        for library in [first, second, first, second] { _ = try await library.sync.run() }
        for library in [first, second] {
            #expect(try library.works.work(work.id).landmarks == sets[1])
        }
        let lists = try [first.sync.conflicts(), second.sync.conflicts()]
        let place = try #require(lists.firstIndex { !$0.isEmpty })
        let conflict = try #require(lists[place].first)
        #expect(conflict.table == "works" && conflict.lost.keys.sorted() == ["landmarks"])
        _ = try [first, second][place].sync.restoreConflict(conflict.id)
        for library in [first, second, first, second] { _ = try await library.sync.run() }
        #expect(try second.works.work(work.id).landmarks == sets[0])
    }

    // Goal: a model tells of how many works figures can be made, and what has changed since it was
    // trained; trained again it is the model that never had the old landmarks.
    // Method: landmarks set, changed and removed after training.
    @Test func modelsTellWhatTheyLearned() throws {
        let world = try World()
        let library = try world.library("a")
        let works = try (0..<3).map { try world.addCharacter($0, to: library, marked: $0 > 0) }
        let ids = works.map(\.id)
        let model = try library.styles.train("cast", from: .all).model
        var figures = try library.styles.figures(of: model)
        #expect(figures.usable == [ids[1], ids[2]].sorted() && figures.without == [ids[0]])
        #expect(figures.outdated.isEmpty)
        _ = try library.works.setLandmarks(nil, of: ids[1])
        _ = try world.mark(works[0], as: 0, in: library)
        figures = try library.styles.figures(of: library.model(named: "cast"))
        #expect(figures.usable.count == 2 && figures.outdated == [ids[0], ids[1]].sorted())
        let again = try library.styles.train("again", from: .all).model
        #expect(try library.styles.figures(of: again).outdated.isEmpty)
        #expect(again.digest != model.digest)
        _ = try world.mark(works[1], as: 1, in: library)
        _ = try library.works.setLandmarks(nil, of: ids[0])
        #expect(try library.styles.train("third", from: .all).model.digest == model.digest)
    }

    // Goal: a removed work keeps its landmarks in the trash.
    // Method: remove and restore.
    @Test func theTrashKeepsLandmarks() throws {
        let world = try World()
        let library = try world.library("a")
        let work = try world.addCharacter(2, to: library)
        _ = try library.withdrawals.remove(work.id)
        let object = try #require(library.trash.all().first)
        _ = try library.trash.restore(object.id)
        #expect(try library.works.work(work.id).landmarks == work.landmarks)
    }

    // Goal: a figure that cannot be made is refused in words before a credit is spent.
    // Method: too few landmarks; parts that are left out, unmarked or of another model.
    @Test func refusalsCostNothing() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let plain = try #require(try library.works.all().first)
        let works = try (0..<3).map { try world.addCharacter($0, to: library, marked: $0 == 0) }
        _ = try library.styles.train("cast", from: .chosen([plain.id] + works.map(\.id)))
        let tooFew = GenerationError.tooFewFigures(count: 1, limit: 2, untrained: 0)
        #expect(throws: tooFew) { try library.generate(Self.order) }
        for number in 1...2 { _ = try world.mark(works[number], as: number, in: library) }
        #expect(throws: GenerationError.tooFewFigures(count: 1, limit: 2, untrained: 2)) {
            try library.generate(Self.order)
        }
        _ = try library.styles.remove(library.model(named: "cast").id)
        _ = try library.styles.train("cast", from: .chosen([plain.id] + works.map(\.id)))
        var order = Self.order
        order.kind = .figure(pose: plain.id)
        #expect(
            throws: GenerationError.partWithoutLandmarks(
                .pose, title: plain.title, isUntrained: false)
        ) { try library.generate(order) }
        order.kind = .figure(head: works[1].id)
        order.leftOut = [works[1].id]
        #expect(throws: GenerationError.partLeftOut(.head, title: works[1].title)) {
            try library.generate(order)
        }
        let other = try library.works.all()[1]
        order.kind = .figure(colours: other.id)
        #expect(throws: LibraryError.unknown(.workOfModel, name: other.id.short)) {
            try library.generate(order)
        }
        #expect(try library.wallet.credits().usable == 2)
        #expect(try library.status().unfinishedGenerations == 0)
    }

    // Goal: a figure costs one credit, says where its head is from and which works have no part in
    // it, survives a crash, and is recognised as paid when it is ordered again.
    // Method: stop after drawing, resume; order the same again; another head is another picture.
    @Test func aFigureIsAGenerationLikeOthers() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.castLibrary("desk", at: server)
        var crashing = world.environment(server: server)
        crashing.checkpoint = { if $0 == .rendered { throw Crash() } }
        let victim = try Library(opening: library.folder, environment: crashing)
        #expect(throws: Crash.self) { try victim.generate(Self.order) }
        let made = try #require(try library.generations.resume().finished.first).generation
        let figure = try #require(made.figure)
        #expect(made.kind == "figure" && made.sources.contains { $0.work == figure.pose })
        #expect(abs(made.sources.map(\.share).reduce(0, +) - 1) < 0.001)
        let again = try library.generate(Self.order)
        #expect(again.isRepeat && again.generation.id == made.id)
        let unmarked = try library.works.all().filter { $0.landmarks == nil }.map(\.id)
        #expect(again.withoutLandmarks == unmarked.sorted() && !unmarked.isEmpty)
        var order = Self.order
        let head = try #require(
            try library.works.all().first { $0.landmarks != nil && $0.id != figure.head })
        order.kind = .figure(head: head.id)
        let other = try library.generate(order)
        #expect(!other.isRepeat && other.generation.figure?.head == head.id)
        #expect(try library.wallet.credits().spentHere == 2)
    }

    // Goal: a sheet of figures and its picks are one credit; each pick says where it is from.
    // Method: three drafts, two picked, one without its watermark after the receipt.
    @Test func figuresComeInSheets() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.castLibrary("desk", at: server)
        var order = Self.order
        order.drafts = 3
        let sheet = try library.generate(order).generation
        #expect(sheet.figure == nil && sheet.kind == "figure")
        let picked = try library.generations.pick([1, 3], of: sheet.id)
        #expect(picked.allSatisfy { $0.figure != nil })
        #expect(picked[0].pixelHash != picked[1].pixelHash)
        #expect(try await library.sync.run().settled == 1)
        let clean = world.folder.url.appending(path: "clean.png")
        _ = try library.generations.export(picked[0].id, to: clean, withoutWatermark: true)
        let pixels = try Picture.decode([UInt8](Data(contentsOf: clean))).0.pixelHash
        #expect(Hexadecimal.encode(pixels) == picked[0].pixelHash)
        let map = world.folder.url.appending(path: "map.png")
        let legend = try library.generations.writeSourceMap(of: picked[0].id, to: map)
        #expect(legend.map(\.work) == picked[0].sources.map(\.work))
    }

    // Goal: the landmarks over a work are a picture of it, and a proposal sets nothing.
    // Method: a file without an outline.
    @Test func landmarksAreDrawnAndProposed() throws {
        let world = try World()
        let library = try world.library("a")
        let work = try world.addCharacter(1, to: library, marked: false)
        let json = PaintedCharacter(1).json
        let start = try #require(json.firstRange(of: ", \"head_outline\""))
        let end = try #require(json.firstRange(of: ", \"forearms\""))
        let rough = String(json[..<start.lowerBound] + json[end.lowerBound...])
        #expect(throws: WorkError.self) {
            try library.works.landmarks(json: Array(rough.utf8), named: "it", for: work)
        }
        let marks = try library.works.landmarks(
            json: Array(rough.utf8), named: "it", for: work, needsOutline: false)
        let proposal = try library.works.withProposedOutline(marks, of: work).marks
        #expect(proposal.headOutline != marks.headOutline && proposal.points == marks.points)
        #expect(try library.works.work(work.id).landmarks == nil)
        let file = world.folder.url.appending(path: "marks.png")
        try library.works.draw(proposal, of: work, to: file)
        #expect(try Picture.decode([UInt8](Data(contentsOf: file))).0.height == 900)
        #expect(throws: LibraryError.fileExists(path: file.path)) {
            try library.works.draw(proposal, of: work, to: file)
        }
    }
}

extension World {
    /// A library that has spoken to nobody.
    fileprivate func library(_ name: String) throws -> Library {
        try Library.make(in: home(name), deviceName: name, environment: environment()).library
    }

    /// Adds a painted character.
    fileprivate func addCharacter(
        _ number: Int, to library: Library, marked: Bool = true
    ) throws -> Work {
        let character = PaintedCharacter(number)
        let picture = try Picture(
            width: PaintedCharacter.width, height: PaintedCharacter.height,
            pixels: character.pixels)
        let file = folder.url.appending(path: "character-\(number).png")
        try Data(try picture.encodedPNG()).write(to: file)
        let work = try library.works.add(file).work
        return marked ? try mark(work, as: number, in: library) : work
    }

    /// Sets the landmarks of the painted character of a number.
    fileprivate func mark(_ work: Work, as number: Int, in library: Library) throws -> Work {
        let marks = try library.works.landmarks(
            json: Array(PaintedCharacter(number).json.utf8), named: "painted", for: work)
        return try library.works.setLandmarks(marks, of: work.id)
    }

    /// A joined library with the model `cast` of five marked characters and two other works.
    fileprivate func castLibrary(_ name: String, at server: LocalServer) async throws -> Library {
        let library = try await joinedLibrary(name, at: server)
        for number in 0..<5 { _ = try addCharacter(number, to: library) }
        _ = try library.styles.train("cast", from: .all)
        return library
    }
}
