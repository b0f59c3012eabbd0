import AtelierLibrary
import Foundation
import GRDB
import SignedObjects
import StyleKit
import SyncKit
import TestSupport
import Testing

@Suite("Learning from what is known")
struct LearningTests {
    // Goal: however a model comes about, its bytes are those of learning from scratch.
    // Method: for printed seeds, models of random choices of six works, each made with those before
    // it at hand, some of which are removed again; against StyleKit's own learning.
    @Test(arguments: [11, 12, 13] as [UInt64])
    func theBytesAreThoseOfLearningFromScratch(seed: UInt64) throws {
        let world = try World(seed: seed)
        let library = try library(world)
        let works = try (1...6).map { try library.works.add(try world.picture($0)).work }
        let lessons = try works.map { work in
            StyleWork(id: work.id.bytes, picture: try picture(of: work))
        }
        var random = SeededGenerator(seed: seed)
        for round in 0..<8 {
            let chosen = (0..<works.count).filter { _ in Bool.random(using: &random) }
            guard let first = chosen.first else { continue }
            let trained = try library.styles.train(
                "m\(round)", from: .chosen(chosen.map { works[$0].id }))
            let scratch = try StyleModel(learning: chosen.map { lessons[$0] })
            let file = try #require(trained.model.file)
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: file)))
            #expect(bytes == scratch.bytes, "seed \(seed), round \(round), works \(chosen)")
            if first == 0 { _ = try library.styles.remove(library.model(named: "m\(round)").id) }
        }
    }

    // Goal: what a model knows is not read again, and a damaged model only helps less.
    // Method: a work's file is damaged after a model learned from it: learning it again with
    // another work succeeds; with the model damaged too, the work's damage is told.
    @Test func whatIsKnownIsNotReadAgain() throws {
        let world = try World()
        let library = try library(world)
        let known = try library.works.add(try world.picture(1)).work
        _ = try library.works.add(try world.picture(2))
        let first = try library.styles.train("one", from: .chosen([known.id])).model
        try flip(known.file)
        _ = try library.styles.train("two", from: .all)
        let second = try library.model(named: "two")
        #expect(second.works.count == 2)
        try flip(first.file)
        try flip(second.file)
        #expect(throws: LibraryError.self) { try library.styles.train("three", from: .all) }
    }

    // Goal: a picture that nobody can learn from is refused when it is added, with the right words.
    // Method: one pixel too few on one side, and just enough; the others of a batch are taken.
    @Test func tooSmallIsToldWhenItIsAdded() throws {
        let world = try World()
        let library = try library(world)
        let least = StyleKit.Limits.workSide
        let file = world.folder.url.appending(path: "dot.png")
        try write(width: least - 1, height: 200, to: file)
        let error = try #require(throws: LibraryError.self) { try library.works.add(file) }
        #expect("\(error)".contains("dot.png") && "\(error)".contains("at least \(least)"))
        #expect(try library.works.all().isEmpty)
        try write(width: least, height: 200, to: file)
        #expect(try library.works.add(file).work.width == least)
    }

    // Goal: a work that is too small, as another program or an older one may have added, does not
    // keep the rest from being learned, and is named.
    // Method: a work of 72 pixels whose row is changed to 1 × 1; all, by its id, and alone.
    @Test func tooSmallIsLeftOutAndNamed() throws {
        let world = try World()
        let library = try library(world)
        let small = try library.works.add(try world.picture(1), title: "Dot").work
        try library.store.write { try $0.execute(sql: "UPDATE works SET width = 1, height = 1") }
        let named = WorkError.tooSmall(title: "Dot", width: 1, height: 1)
        #expect(throws: named) { try library.styles.train("x", from: .all) }
        let other = try library.works.add(try world.picture(2)).work
        let trained = try library.styles.train("x", from: .all)
        #expect(trained.model.works == [other.id])
        #expect(trained.tooSmall.map(\.id) == [small.id])
        #expect(throws: named) {
            try library.styles.train("y", from: .chosen([other.id, small.id]))
        }
    }

    // Goal: what is odd about a file is told when it is added.
    // Method: a picture whose file lacks its end, and a whole one.
    @Test func notesAreTold() throws {
        let world = try World()
        let library = try library(world)
        let file = try world.picture(1)
        #expect(try library.works.add(try world.picture(2)).notes == [])
        try Data(contentsOf: file).dropLast(12).write(to: file)
        let notes = try library.works.add(file).notes
        #expect(notes == ["The end of the file is missing; all pixels are there."])
    }

    private func write(width: Int, height: Int, to file: URL) throws {
        let pixels = (0..<(width * height * 4)).map { UInt8($0 % 251) }
        let picture = try Picture(width: width, height: height, pixels: pixels)
        try Data(try picture.encodedPNG()).write(to: file)
    }

    private func library(_ world: World) throws -> Library {
        try Library.make(
            in: world.home("a"), deviceName: "a", environment: world.environment()
        ).library
    }

    private func picture(of work: Work) throws -> Picture {
        let file = try #require(work.file)
        return try Picture.decode([UInt8](try Data(contentsOf: URL(filePath: file)))).0
    }

    private func flip(_ path: String?) throws {
        let file = URL(filePath: try #require(path))
        var data = try Data(contentsOf: file)
        data[data.count / 2] ^= 1
        try data.write(to: file)
    }
}
