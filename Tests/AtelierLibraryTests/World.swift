import AtelierLibrary
import Foundation
import SignedObjects
import StyleKit
import Synchronization
import TestSupport

/// Time, chance and a folder for the libraries of one test.
final class World: Sendable {
    let folder: TemporaryFolder
    private let clock = Mutex(UnixTime(milliseconds: 1_790_000_000_000))
    private let generator: Mutex<SeededGenerator>

    init(seed: UInt64 = 1) throws {
        folder = try TemporaryFolder()
        generator = Mutex(SeededGenerator(seed: seed))
    }

    /// The true time; each look takes a millisecond.
    var now: UnixTime {
        clock.withLock { clock in
            clock = clock + .milliseconds(1)
            return clock
        }
    }

    func advance(by duration: Duration) {
        clock.withLock { $0 = $0 + duration }
    }

    /// The environment of a device whose clock is wrong by `skew`.
    func environment(
        server: LocalServer? = nil, skew: Duration = .zero, threads: Int = 1
    ) -> LibraryEnvironment {
        var environment = LibraryEnvironment(
            now: { self.now + skew },
            random: { count in self.generator.withLock { $0.bytes(count) } },
            threads: threads,
            connect: { _ in
                { message in
                    guard let server else {
                        throw AccountError.notJoined
                    }
                    return try server.answer(message)
                }
            })
        // A clock that cannot be set goes on with the true time.
        environment.boot = { BootTime(boot: "device", milliseconds: self.now.milliseconds) }
        return environment
    }

    func home(_ name: String) -> LibraryFolder {
        LibraryFolder(root: folder.url.appending(path: name))
    }

    /// A file with a small painted picture; another number, another picture.
    func picture(_ number: Int, side: Int = 72) throws -> URL {
        var pixels: [UInt8] = []
        for y in 0..<side {
            for x in 0..<side {
                let wave = (x * (3 + number) + y * y / (5 + number)) % 256
                let dot = (x / 9 + y / (7 + number)) % 3
                pixels += [UInt8(wave), UInt8(dot * 90 + number % 60), UInt8((x + y) % 256), 255]
            }
        }
        let picture = try Picture(width: side, height: side, pixels: pixels)
        let file = folder.url.appending(path: "picture-\(number).png")
        try Data(try picture.encodedPNG()).write(to: file)
        return file
    }

    /// A library that has joined `server` and holds the model `m` of two works.
    func joinedLibrary(
        _ name: String, at server: LocalServer, environment: LibraryEnvironment? = nil
    ) async throws -> Library {
        let library = try Library.make(
            in: home(name), deviceName: name,
            environment: environment ?? self.environment(server: server)
        ).library
        for number in 1...2 { _ = try library.works.add(try picture(number), tags: ["both"]) }
        _ = try library.styles.train("m", from: .all)
        _ = try await library.account.join("http://127.0.0.1:1", invite: server.invite)
        return library
    }

    /// A second device of the account, let in by `first` and synced once.
    func secondLibrary(
        _ name: String, of first: Library, at server: LocalServer
    ) async throws -> Library {
        let library = try await Library.requestingAccess(
            in: home(name), server: "http://127.0.0.1:1",
            account: first.account.id?.description ?? "", deviceName: name,
            environment: environment(server: server))
        let words = library.account.comparisonWords?.split(separator: " ").map(String.init) ?? []
        _ = try await first.account.approve(words: words)
        _ = try await library.sync.run()
        return library
    }
}

/// An order that names its model as the artist does.
struct NamedOrder: Sendable {
    var model: String
    var seed: UInt64?
    var width = 512
    var height = 512
    var sketch: URL?
    var kind = GenerationOrder.Kind.free
    var originality = 50
    var leftOut: [WorkID] = []
    var drafts: Int?
    var again = false
}

extension Library {
    /// The model of this name.
    func model(named name: String) throws -> Model {
        let model = try styles.all().first { $0.name == name }
        return try model ?? styles.model(ModelID(checked: Array(repeating: 0xFF, count: 16)))
    }

    /// Generates by the model of a name.
    func generate(
        _ order: NamedOrder, _ watch: DrawingWatch = DrawingWatch()
    ) throws -> GenerationResult {
        try generations.generate(
            GenerationOrder(
                model: try model(named: order.model).id, seed: order.seed, width: order.width,
                height: order.height, sketch: order.sketch, kind: order.kind,
                originality: order.originality, leftOut: order.leftOut, drafts: order.drafts,
                again: order.again), watch)
    }
}
