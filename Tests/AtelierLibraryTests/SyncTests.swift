import AtelierLibrary
import AtelierProtocol
import CreditLedger
import Foundation
import GRDB
import SignedObjects
import StyleKit
import Synchronization
import SyncKit
import SyncKitHTTP
import SystemSupport
import TestSupport
import Testing

@Suite("Syncing a library")
struct SyncTests {
    // Goal: two devices see one library; files stay where they were made; the server and the wire
    // learn no word and no picture. Method: everything of one device on another, and all traffic
    // searched for titles, tags, notes and the pictures' own bytes.
    @Test func metadataTravelsAndPicturesStay() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let first = try await world.joinedLibrary("desk", at: server)
        let file = try world.picture(5)
        _ = try first.works.add(file, title: "Morning Heron", tags: ["seabird"], note: "gouache")
        let made = try first.generate(NamedOrder(model: "m", seed: 4, width: 64, height: 64))
        #expect(try await first.sync.run().settled == 1)
        let second = try await world.secondLibrary("tablet", of: first, at: server)

        #expect(try second.works.all().map(\.title) == first.works.all().map(\.title))
        #expect(try second.works.all(tag: "seabird").map(\.note) == ["gouache"])
        #expect(try second.works.all().allSatisfy { !$0.isHere && $0.deviceName == "desk" })
        #expect(try second.model(named: "m").isHere == false)
        #expect(try second.model(named: "m").works.count == 2)
        let seen = try second.generations.generation(made.generation.id)
        #expect(seen.standing == .countersigned && seen.file == nil)
        // A device without the files shows all of it blurred.
        #expect(try second.works.all().allSatisfy { $0.preview != nil })
        #expect(try second.works.all().map(\.preview) == first.works.all().map(\.preview))
        #expect(try second.model(named: "m").preview == first.model(named: "m").preview)
        #expect(seen.preview == made.generation.preview && seen.preview != nil)
        #expect(throws: LibraryError.elsewhere(kind: "model", device: "desk")) {
            try second.generate(NamedOrder(model: "m", width: 64, height: 64))
        }
        for secret in ["Morning Heron", "seabird", "gouache", "\u{89}PNG"] {
            let words = Data(secret.unicodeScalars.map { UInt8($0.value) })
            #expect(Data(server.traffic).range(of: words) == nil, "\(secret)")
        }
        let previews = try first.works.all().map(\.preview) + [seen.preview]
        for preview in previews.compactMap({ $0 }) {
            let text = Hexadecimal.encode(preview.bytes)
            #expect(Data(server.traffic).range(of: Data(preview.bytes)) == nil)
            #expect(Data(server.traffic).range(of: Data(text.utf8)) == nil)
        }
        let bytes = try Data(contentsOf: file)
        #expect(Data(server.traffic).range(of: bytes.dropFirst(60).prefix(40)) == nil)
    }

    // Goal: edits on two devices merge, and a tag added elsewhere survives an untag. Method:
    // title, note and tags changed on both between syncs; a row written by the sqlite3 shell.
    @Test func concurrentEditsMerge() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let first = try await world.joinedLibrary("desk", at: server)
        _ = try await first.sync.run()
        let second = try await world.secondLibrary("tablet", of: first, at: server)
        let id = try #require(try first.works.all().first).id
        _ = try first.works.edit(id, title: "From the desk", adding: ["a"], removing: ["both"])
        world.advance(by: .seconds(1))
        _ = try second.works.edit(id, note: "From the tablet", adding: ["b", "both"])
        _ = try second.works.edit(id, removing: ["both"])
        _ = try second.works.edit(id, adding: ["both"])
        try Shell.sqlite(
            first.folder.database.path,
            "INSERT INTO work_tags(work_id, tag) SELECT id, 'shell' FROM works WHERE "
                + "hex(id) = upper('\(id)')")
        for library in [first, second, first, second] { _ = try await library.sync.run() }
        let here = try first.works.work(id)
        let there = try second.works.work(id)
        #expect(here.title == "From the desk" && here.note == "From the tablet")
        #expect(here.tags == ["a", "b", "both", "shell"])
        #expect(here.tags == there.tags && here.title == there.title && here.note == there.note)
        #expect(try await first.sync.run().pending == 0)
    }

    // Goal: a suspended account generates nothing, receives, keeps its changes and everything it
    // made, and comes back whole. Method: suspend with a spend unsettled, work on, reinstate.
    @Test func aSuspensionStopsAndDeletesNothing() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let order = NamedOrder(model: "m", seed: 1, width: 64, height: 64)
        let made = try library.generate(order).generation
        _ = try library.works.add(try world.picture(3))
        try server.suspend(reason: "not-own-work", text: "Please write to us.")
        let outcome = try await library.sync.run()
        #expect(outcome.standing.state == .suspended && outcome.standing.reason == "not-own-work")
        #expect(outcome.settled == 0 && outcome.pending > 0 && server.segmentCount == 0)
        #expect(outcome.credits.whyNot.contains("Please write to us."))
        let error = #expect(throws: GenerationError.self) {
            try library.generate(NamedOrder(model: "m", seed: 2, width: 64, height: 64))
        }
        #expect(error.map { Failure($0).kind } == .refused)
        #expect(try library.generate(order).isRepeat)
        let out = world.folder.url.appending(path: "out.png")
        _ = try library.generations.export(made.id, to: out)
        #expect(throws: GenerationError.self) {
            try library.generations.export(
                made.id, to: out, withoutWatermark: true, replacing: true)
        }
        try server.reinstate()
        let lifted = try await library.sync.run()
        #expect(lifted.standing.state == .good && lifted.settled == 1 && lifted.pending == 0)
        #expect(try library.wallet.credits().usable == 1)
    }

    // Goal: what an earlier sync sealed and could not send goes first, before the device says by a
    // pull that it holds what others deleted; while the account is suspended nothing is sent, and
    // afterwards all of it.
    @Test(arguments: [false, true])
    func whatWasSealedGoesFirst(isSuspended: Bool) async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        _ = try await library.sync.run()
        _ = try library.works.add(try world.picture(3), title: "Sealed")
        server.setLosesPushes(true)
        await #expect(throws: HTTPFailure.self) { try await library.sync.run() }
        server.setLosesPushes(false)
        _ = server.takeSegmentMethods()
        if isSuspended {
            try server.suspend(reason: "not-own-work", text: "")
            #expect(try await library.sync.run().pending > 0)
            #expect(Set(server.takeSegmentMethods()) == ["GET"])
            try server.reinstate()
            #expect(try await library.sync.run().pending == 0)
            #expect(server.takeSegmentMethods().first == "GET")
        } else {
            #expect(try await library.sync.run().pending == 0)
            #expect(server.takeSegmentMethods().first == "POST")
        }
        let other = try await world.secondLibrary("tablet", of: library, at: server)
        #expect(try other.works.all().contains { $0.title == "Sealed" })
    }

    // Goal: removing a work removes its models everywhere, and flags generations. Method: remove on
    // one device while the other has trained on the same work; sync both.
    @Test func aRemovedWorkTakesItsModelsEverywhere() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let first = try await world.joinedLibrary("desk", at: server)
        let made = try first.generate(NamedOrder(model: "m", seed: 1, width: 64, height: 64))
        _ = try await first.sync.run()
        let second = try await world.secondLibrary("tablet", of: first, at: server)
        for number in 1...2 { _ = try second.works.add(try world.picture(number)) }
        let other = try second.styles.train("theirs", from: .all).model
        let modelFile = try #require(other.file)
        let work = try #require(try first.works.all().first)
        let workFile = try #require(work.file)

        let removal = try first.withdrawals.remove(work.id)
        #expect(removal.models.map(\.name) == ["m"])
        #expect(removal.generations.map(\.id) == [made.generation.id])
        #expect(!FileManager.default.fileExists(atPath: workFile))
        for library in [first, second, first] { _ = try await library.sync.run() }
        for library in [first, second] {
            #expect(try library.styles.all().isEmpty)
            #expect(try library.works.all().count == 1)
            #expect(try library.generations.all().map(\.isSourceWithdrawn) == [true])
        }
        #expect(!FileManager.default.fileExists(atPath: modelFile))
        #expect(FileManager.default.fileExists(atPath: made.generation.file ?? ""))
    }

    // Goal: a wrong clock corrects itself. Method: a device three hours off, both ways.
    @Test(arguments: [-3, 3])
    func aWrongClockCorrectsItself(hours: Int) async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let environment = world.environment(server: server, skew: .seconds(hours * 3600))
        let library = try await world.joinedLibrary("desk", at: server, environment: environment)
        let order = NamedOrder(model: "m", seed: 1, width: 64, height: 64)
        let made = try library.generate(order).generation
        #expect(abs(made.createdAt.time.milliseconds - world.now.milliseconds) < 60_000)
        #expect(try await library.sync.run().settled == 1)
        #expect(abs(try library.status().clockOffsetMs + hours * 3_600_000) < 60_000)
    }

    // Goal: without the server nothing is lost. Method: down at join's end and at sync.
    @Test func aServerThatIsDownLosesNothing() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        server.setDown(true)
        let error = await #expect(throws: HTTPFailure.self) { try await library.sync.run() }
        #expect(error.map { Failure($0).kind } == .unreachable)
        _ = try library.generate(NamedOrder(model: "m", seed: 1, width: 64, height: 64))
        server.setDown(false)
        let outcome = try await library.sync.run()
        #expect(outcome.settled == 1 && outcome.pending == 0 && outcome.sent > 0)
    }

    // Goal: a proxy that answers for a server which is away is told apart from a server that is
    // none, and a sync later is whole.
    @Test(arguments: [500, 502, 503, 504])
    func aProxyWithoutAServerLosesNothing(status: Int) async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        server.setProxyStatus(status)
        let error = await #expect(throws: HTTPFailure.self) { try await library.sync.run() }
        let expected: Failure.Kind = status == 500 ? .other : .unreachable
        #expect(error.map { Failure($0).kind } == expected)
        server.setProxyStatus(nil)
        #expect(try await library.sync.run().sent > 0)
    }

    // Goal: a device that was revoked spends nothing from the moment it hears of it, and keeps what
    // it holds. Method: two credits here; refused as revoked; drawn anew and again; let in again.
    @Test func aDeviceThatWasPutOutSpendsNothing() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let order = NamedOrder(model: "m", seed: 1, width: 64, height: 64)
        _ = try library.generate(order)
        server.setRefusal(.deviceRevoked)
        await #expect(throws: AccountError.revoked) { try await library.sync.run() }
        let reopened = try Library(
            opening: library.folder, environment: world.environment(server: server))
        #expect(Failure(AccountError.revoked).kind == .refused)
        #expect(try reopened.sync.standing().state == .revoked)
        #expect(try reopened.wallet.report().whyNot == AccountError.revoked.description)
        #expect(throws: AccountError.revoked) {
            try reopened.generate(NamedOrder(model: "m", seed: 2, width: 64, height: 64))
        }
        #expect(try reopened.generate(order).isRepeat && reopened.wallet.credits().usable == 1)
        // A server that was set back may know nothing of it.
        server.setRefusal(nil)
        let outcome = try await reopened.sync.run()
        #expect(outcome.standing.state == .good && outcome.settled == 1)
        #expect(try reopened.wallet.credits().usable == 1)
    }

    // Goal: who watches is told what is new, once, and outlasts a server that goes away.
    // Method: no pause waits; after each 60 messages, many rounds, the server goes away, comes
    // back, suspends the account, and at last the watch is ended.
    @Test func aWatchTellsNewsOnce() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let told = Mutex<[String]>([])
        let stage = Mutex(0)
        var environment = world.environment(server: server)
        environment.openStream = { _ in { _, _ in throw HTTPFailure.away(status: 502) } }
        environment.pause = { _ in
            try Task.checkCancellation()
            await Task.yield()
            let next = stage.withLock { stage -> Int? in
                guard server.messageCount > 60 * (stage + 1) else { return nil }
                stage += 1
                return stage
            }
            switch next {
            case 1: server.setProxyStatus(502)
            case 2: server.setProxyStatus(nil)
            case 3: try server.suspend(reason: "not-own-work", text: "")
            case 4: throw CancellationError()
            default: break
            }
        }
        let library = try await world.joinedLibrary("desk", at: server, environment: environment)
        await #expect(throws: CancellationError.self) {
            try await library.sync.watch { result in
                let words =
                    switch result {
                    case .success(let outcome): outcome.standing.state.rawValue
                    case .failure: "away"
                    }
                told.withLock { $0.append(words) }
            }
        }
        #expect(told.withLock { $0 } == ["good", "away", "suspended"])
    }
}
