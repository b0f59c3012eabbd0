import AtelierLibrary
import AtelierProtocol
import CreditLedger
import Foundation
import GRDB
import SignedObjects
import StyleKit
import SyncKit
import SystemSupport
import Testing
import TestSupport

@Suite("Generating")
struct GenerateTests {
    struct Crash: Error {}

    // Goal: a crash anywhere costs nothing. Method: stop at each step, then resume; the picture is
    // the one that a library without a crash makes, and one credit is spent.
    @Test(arguments: GenerationStep.allCases)
    func aCrashCostsNothing(step: GenerationStep) async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("a", at: server)
        let order = NamedOrder(model: "m", seed: 7, width: 64, height: 64)
        var crashing = world.environment(server: server)
        crashing.checkpoint = { if $0 == step { throw Crash() } }
        let victim = try Library(opening: library.folder, environment: crashing)
        #expect(throws: Crash.self) { try victim.generate(order) }
        let pending = step == .rowWritten ? 0 : 1
        #expect(try library.status().unfinishedGenerations == pending)

        let resumed = try library.generations.resume()
        #expect(resumed.finished.count == pending)
        #expect(try library.generations.resume().finished.isEmpty)
        #expect(try library.wallet.credits().usable == 1)
        let made = try library.generations.all()
        #expect(made.count == 1)

        let other = try World()
        let calm = try await other.joinedLibrary("b", at: LocalServer(world: other))
        let reference = try calm.generate(order).generation
        #expect(made.first?.modelId == (try library.model(named: "m").id))
        let style = try StyleModel(bytes: try bytes(of: calm.model(named: "m").file))
        let learned = try StyleModel(bytes: try bytes(of: library.model(named: "m").file))
        // Work ids differ between libraries, so the models do; the pixels do not.
        #expect(style.works.map(\.pixelHash) == learned.works.map(\.pixelHash))
        #expect(made.first?.pixelHash == reference.pixelHash)
        _ = try await library.sync.run()
        #expect(server.spent == 1)
    }

    // Goal: two generations and no third; the same again is free, at any number of threads.
    // Method: generate, repeat, render again with other threads, ask for a third.
    @Test func aThirdIsRefusedAndARepeatIsFree() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("a", at: server)
        var order = NamedOrder(model: "m", seed: 1, width: 64, height: 64)
        let first = try library.generate(order)
        #expect(!first.isRepeat && first.creditsLeft == 1)
        order.again = true
        let threads = world.environment(server: server, threads: 3)
        let again = try Library(opening: library.folder, environment: threads).generate(order)
        #expect(again.isRepeat && again.creditsLeft == 1)
        #expect(again.generation == first.generation)
        order.seed = 2
        let second = try library.generate(order)
        #expect(second.generation.pixelHash != first.generation.pixelHash)
        order.seed = 3
        let error = #expect(throws: GenerationError.self) { try library.generate(order) }
        #expect(error.map { Failure($0).kind } == .refused)
        #expect(error?.description.contains("credit") == true)
        #expect(try library.generations.all().count == 2)
    }

    // Goal: what cannot be drawn costs nothing. Method: each limit at and one past it, a sketch
    // that is no picture, a model that is not there, a model whose file was changed.
    @Test func whatIsRefusedCostsNothing() async throws {
        let world = try World()
        let library = try await world.joinedLibrary("a", at: LocalServer(world: world))
        let garbage = world.folder.url.appending(path: "garbage.png")
        try Data(repeating: 7, count: 100).write(to: garbage)
        let orders: [(NamedOrder, refusal: String)] = [
            (NamedOrder(model: "m", seed: 1, width: 63, height: 64), "badNumber width 64 2048"),
            (NamedOrder(model: "m", seed: 1, width: 64, height: 2049), "badNumber height 64 2048"),
            (
                NamedOrder(model: "m", seed: UInt64(Int64.max) + 1, width: 64, height: 64),
                "badNumber seed 0 \(Int64.max)"
            ),
            (
                NamedOrder(model: "m", seed: 1, width: 64, height: 64, sketch: garbage),
                "notAPicture garbage.png"
            ),
            (NamedOrder(model: "none", seed: 1, width: 64, height: 64), "unknown model"),
        ]
        for (order, refusal) in orders {
            let error = #expect(throws: LibraryError.self) { try library.generate(order) }
            #expect(error.map(Self.name) == refusal)
        }
        let file = URL(filePath: try #require(try library.model(named: "m").file))
        let whole = try Data(contentsOf: file)
        try Data(whole.dropLast()).write(to: file)
        let damaged = #expect(throws: LibraryError.self) {
            try library.generate(NamedOrder(model: "m", width: 64, height: 64))
        }
        #expect(damaged.map(Self.name) == "damaged \(file.lastPathComponent)")
        try whole.write(to: file)
        #expect(try library.wallet.credits().usable == 2)
        let highest = NamedOrder(
            model: "m", seed: UInt64(Int64.max), width: 64, height: 64)
        #expect(try library.generate(highest).generation.seed == Int.max)
    }

    /// An error's case and what it is about.
    private static func name(_ error: LibraryError) -> String {
        switch error {
        case .badNumber(let field, let lowest, let highest):
            "badNumber \(field) \(lowest) \(highest)"
        case .notAPicture(let path, _): "notAPicture \(URL(filePath: path).lastPathComponent)"
        case .damaged(let path, _): "damaged \(URL(filePath: path).lastPathComponent)"
        case .unknown(let kind, _): "unknown \(kind.rawValue)"
        default: "\(error)"
        }
    }

    // Goal: a sketch is part of what is paid for, and survives a crash. Method: generate over a
    // sketch, lose the original, resume after a crash; without the sketch it is another body.
    @Test func aSketchIsKept() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("a", at: server)
        let sketch = try world.picture(9, side: 64)
        var crashing = world.environment(server: server)
        crashing.checkpoint = { if $0 == .spendJournaled { throw Crash() } }
        let victim = try Library(opening: library.folder, environment: crashing)
        let order = NamedOrder(
            model: "m", seed: 1, width: 64, height: 64, sketch: sketch)
        #expect(throws: Crash.self) { try victim.generate(order) }
        try FileManager.default.removeItem(at: sketch)
        let made = try #require(try library.generations.resume().finished.first).generation
        #expect(made.sketchSha256.count == 64)
        let plain = try library.generate(
            NamedOrder(model: "m", seed: 1, width: 64, height: 64))
        #expect(plain.generation.body != made.body)
        #expect(plain.creditsLeft == 0)
    }

    // Goal: Ctrl-C costs nothing. Method: cancel at once, resume.
    @Test func aStopCostsNothing() async throws {
        let world = try World()
        let library = try await world.joinedLibrary("a", at: LocalServer(world: world))
        let order = NamedOrder(model: "m", seed: 1, width: 64, height: 64)
        #expect(throws: GenerationError.stopped) {
            try library.generate(order, DrawingWatch(isCancelled: { true }))
        }
        #expect(try library.generations.resume().finished.count == 1)
        #expect(try library.wallet.credits().usable == 1)
    }

    // Goal: a database from a backup cannot spend again. Method: copy the database before a
    // spend, put it back after: the body is free, a third is refused all the same.
    @Test func aRestoredDatabaseSpendsNothingTwice() async throws {
        let world = try World()
        let library = try await world.joinedLibrary("a", at: LocalServer(world: world))
        let database = library.folder.database
        let backup = world.folder.path("backup.sqlite")
        try Shell.sqlite(database.path, "VACUUM INTO '\(backup)'")
        for seed in 1...2 as ClosedRange<UInt64> {
            _ = try library.generate(
                NamedOrder(model: "m", seed: seed, width: 64, height: 64))
        }
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: database.path + suffix)
        }
        try FileManager.default.copyItem(atPath: backup, toPath: database.path)
        let restored = try Library(opening: library.folder, environment: world.environment())
        #expect(try restored.generations.all().isEmpty)
        #expect(try restored.generations.resume().finished.count == 2)
        #expect(throws: GenerationError.self) {
            try restored.generate(NamedOrder(model: "m", seed: 3, width: 64, height: 64))
        }
    }

    // Goal: the watermark stays until the server has countersigned. Method: export both ways
    // before and after the sync; forge a receipt in the row.
    @Test func theWatermarkGoesWithTheReceipt() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("a", at: server)
        let made = try library.generate(
            NamedOrder(model: "m", seed: 1, width: 64, height: 64)
        ).generation
        let id = made.id
        let out = world.folder.url.appending(path: "out.png")
        _ = try library.generations.export(id, to: out)
        let marked = try Picture.decode(try bytes(of: out.path)).0
        #expect(Hexadecimal.encode(marked.pixelHash) != made.pixelHash)
        #expect(try library.generations.verify(out, believing: []).verdict == .signed)
        let refused = #expect(throws: GenerationError.self) {
            try library.generations.export(id, to: out, withoutWatermark: true, replacing: true)
        }
        #expect(refused.map { Failure($0).kind } == .refused)
        try library.store.write { try $0.execute(sql: "UPDATE generations SET receipt = 'x.y.z'") }
        #expect(
            throws: GenerationError.noReceipt(reason: "its receipt is not valid.", nextStep: nil)
        ) {
            try library.generations.export(id, to: out, withoutWatermark: true, replacing: true)
        }
        #expect(try await library.sync.run().settled == 1)
        _ = try library.generations.export(id, to: out, withoutWatermark: true, replacing: true)
        let clean = try Picture.decode(try bytes(of: out.path)).0
        #expect(Hexadecimal.encode(clean.pixelHash) == made.pixelHash)
        #expect(try library.generations.generation(id).standing == .countersigned)
    }

    private func bytes(of path: String?) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: try #require(path))))
    }
}
