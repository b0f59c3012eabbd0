import Crypto
import Foundation
import SyncKit
import TestSupport
import Testing

/// Files that travel sealed.
@Suite("Sealed files")
struct BlobSealerTests {
    private let folder: TemporaryFolder
    private let account = [UInt8](repeating: 9, count: 16)

    init() throws { folder = try TemporaryFolder() }

    private static func key(_ number: UInt8) -> [UInt8] { [UInt8](repeating: number, count: 32) }

    private static func digest(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

    private func sealer(
        _ keys: [UInt32: [UInt8]] = [1: key(1)], account: [UInt8]? = nil
    ) throws -> BlobSealer {
        BlobSealer(
            keys: try #require(LibraryKeys(keys)), account: account ?? self.account)
    }

    private func file(_ name: String, _ bytes: [UInt8]) throws -> URL {
        let file = folder.url.appending(path: name)
        try Data(bytes).write(to: file)
        return file
    }

    private func bytes(of file: URL) throws -> [UInt8] { Array(try Data(contentsOf: file)) }

    // Goal: a file of any length comes back, and its sealed form has the length that is told and
    // nothing of its bytes. Method: lengths around the chunks.
    @Test func filesComeBack() throws {
        let chunk = Limits.blobChunkBytes
        var random = SeededGenerator(seed: 5)
        for length in [0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 2 * chunk + 77] {
            let content = random.bytes(length)
            let digest = Self.digest(content)
            let (source, sealed) = (
                try file("source", content), folder.url.appending(path: "sealed")
            )
            try sealer().seal(source, digest: digest, to: sealed)
            #expect(try bytes(of: sealed).count == BlobSealer.sealedSize(of: length))
            if length > 40 {
                #expect(try bytes(of: sealed).firstRange(of: content.prefix(40)) == nil)
            }
            let opened = folder.url.appending(path: "opened")
            try sealer().open(sealed, digest: digest, to: opened, limit: length)
            #expect(try bytes(of: opened) == content)
        }
    }

    // Goal: no chunk can be changed, left out, repeated, exchanged or taken from another file, and
    // then nothing is left behind. Method: bytes all over a file of three chunks; cuts at every
    // chunk; chunks in other orders.
    @Test func nothingIsChangedUnseen() throws {
        let chunk = Limits.blobChunkBytes
        var random = SeededGenerator(seed: 6)
        let content = random.bytes(2 * chunk + 500)
        let digest = Self.digest(content)
        let sealed = folder.url.appending(path: "sealed")
        try sealer().seal(try file("source", content), digest: digest, to: sealed)
        let whole = try bytes(of: sealed)
        let header = whole.count - content.count - 3 * 16
        let step = chunk + 16
        let parts = [
            whole[header..<(header + step)], whole[(header + step)..<(header + 2 * step)],
            whole[(header + 2 * step)...],
        ]
        let head = whole[..<header]
        var lies: [[UInt8]] = [
            Array(head), Array(head + parts[0]), Array(head + parts[0] + parts[1]),
            Array(head + parts[1] + parts[0] + parts[2]),
            Array(head + parts[0] + parts[0] + parts[1] + parts[2]), Array(head + parts[2]),
            whole + [0], Array(whole.dropLast()), [], Array("SyncKit blob 1".utf8),
        ]
        for place in stride(from: 0, to: whole.count, by: 61_003) + [header - 1, header] {
            var lie = whole
            lie[place] ^= 1
            lies.append(lie)
        }
        let target = folder.url.appending(path: "target")
        for (number, lie) in lies.enumerated() {
            let lying = try file("lie", lie)
            #expect(throws: BlobError.self, "lie \(number)") {
                try sealer().open(lying, digest: digest, to: target, limit: 1 << 30)
            }
        }
        #expect(throws: BlobError.tooLarge(path: sealed.path, limit: 1000)) {
            try sealer().open(sealed, digest: digest, to: target, limit: 1000)
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        #expect(Set(names) == ["source", "sealed", "lie"])
    }

    // Goal: only the library's own devices open it, and only as the file that it is; names tell
    // nothing and are found again after a rotation of keys.
    @Test func keysAndNamesBelongToTheLibrary() throws {
        let content = Array("a picture".utf8)
        let digest = Self.digest(content)
        let (source, sealed, target) = (
            try file("source", content), folder.url.appending(path: "sealed"),
            folder.url.appending(path: "target")
        )
        try sealer().seal(source, digest: digest, to: sealed)
        let rotated = try sealer([1: Self.key(1), 2: Self.key(2)])
        try rotated.open(sealed, digest: digest, to: target, limit: 100)
        #expect(rotated.names(of: digest).contains(try sealer().name(of: digest)))
        #expect(rotated.name(of: digest) != (try sealer().name(of: digest)))
        #expect(try sealer().name(of: digest).count == 32)
        let strangers = [
            try sealer([1: Self.key(3)]), try sealer(account: [UInt8](repeating: 8, count: 16)),
            try sealer([2: Self.key(1)]),
        ]
        for stranger in strangers {
            #expect(throws: BlobError.self) {
                try stranger.open(sealed, digest: digest, to: target, limit: 100)
            }
        }
        for stranger in strangers.dropLast() {
            #expect(!stranger.names(of: digest).contains(try sealer().name(of: digest)))
        }
        #expect(throws: BlobError.notAuthentic(path: sealed.path)) {
            try sealer().open(
                sealed, digest: Self.digest([1]), to: target, limit: 100)
        }
        #expect(throws: BlobError.otherContent(path: source.path)) {
            try sealer().seal(source, digest: Self.digest([1]), to: sealed)
        }
        #expect(try bytes(of: sealed).count == BlobSealer.sealedSize(of: content.count))
    }
}
