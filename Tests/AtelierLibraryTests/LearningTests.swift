import AtelierLibrary
import Foundation
import SignedObjects
import StyleKit
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
        let works = try (1...6).map { try library.addWork(try world.picture($0)).work }
        let lessons = try works.map { work in
            StyleWork(id: work.id.bytes, picture: try picture(of: work))
        }
        var random = SeededGenerator(seed: seed)
        for round in 0..<8 {
            let chosen = (0..<works.count).filter { _ in Bool.random(using: &random) }
            guard let first = chosen.first else { continue }
            let trained = try library.train(
                "m\(round)", from: .named(chosen.map { works[$0].id.description }))
            let scratch = try StyleModel(learning: chosen.map { lessons[$0] })
            let file = try #require(trained.model.file)
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: file)))
            #expect(bytes == scratch.bytes, "seed \(seed), round \(round), works \(chosen)")
            if first == 0 { _ = try library.removeModel("m\(round)") }
        }
    }

    // Goal: what a model knows is not read again, and a damaged model only helps less.
    // Method: a work's file is damaged after a model learned from it: learning it again with
    // another work succeeds; with the model damaged too, the work's damage is told.
    @Test func whatIsKnownIsNotReadAgain() throws {
        let world = try World()
        let library = try library(world)
        let known = try library.addWork(try world.picture(1)).work
        _ = try library.addWork(try world.picture(2))
        let first = try library.train("one", from: .named([known.id.description])).model
        try flip(known.file)
        _ = try library.train("two", from: .all)
        let second = try library.model("two")
        #expect(second.works.count == 2)
        try flip(first.file)
        try flip(second.file)
        #expect(throws: LibraryError.self) { try library.train("three", from: .all) }
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
