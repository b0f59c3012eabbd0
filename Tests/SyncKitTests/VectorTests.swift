import Foundation
import SyncKit
import TestSupport
import Testing

/// The wire form is the one that was published: files under Tests/Vectors/4, which are
/// added to and never edited.
///
/// Run with `ATELIER_WRITE_VECTORS=1` to write those that are missing.
@Suite struct VectorTests {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Vectors/4")

    // Goal: batches encode to the published bytes, and those decode to the batches.
    // Method: batches of fixed seeds; a file each, in hexadecimal.
    @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6])
    func batchesAreAsPublished(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let batch = RandomBatch.make(&generator)
        let published = try Self.fields(of: "batch-\(seed)") {
            [("seed", "\(seed)"), ("batch", Self.hex(batch.encoded()))]
        }
        let bytes = try #require(Self.bytes(published["batch"]))
        #expect(Self.hex(batch.encoded()) == published["batch"])
        #expect(try ChangeBatch(decoding: bytes) == batch)
    }

    // Goal: a published sealed segment opens with the published key to the published batch, and its
    // header says what is written beside it.
    @Test func theSealedSegmentIsAsPublished() throws {
        let keyBytes = (0..<32).map { UInt8($0) }
        let account = [UInt8](repeating: 0xa0, count: 16)
        let keys = try #require(LibraryKeys([3: keyBytes]))
        let sealer = SegmentSealer(keys: keys, account: account)
        let replica = try #require(ReplicaID((0..<16).map { UInt8(0x50 + $0) }))
        var generator = SeededGenerator(seed: 1)
        let batch = RandomBatch.make(&generator)
        let published = try Self.fields(of: "sealed-1") {
            let segment = try sealer.seal(
                batch.encoded(), replica: replica, number: 7,
                previous: [UInt8](repeating: 0xb0, count: 32),
                highestStamp: batch.highestStamp.time, flags: .continues)
            return [
                ("key epoch", "3"), ("key", Self.hex(keyBytes)), ("account", Self.hex(account)),
                ("replica", replica.description), ("number", "7"),
                ("nonce", Self.hex(Array(segment.bytes[124..<136]))),
                ("payload", Self.hex(batch.encoded())), ("segment", Self.hex(segment.bytes)),
            ]
        }
        let segment = try SealedSegment(bytes: try #require(Self.bytes(published["segment"])))
        let payload = try sealer.open(segment)
        #expect(Self.hex(payload) == published["payload"])
        #expect(try ChangeBatch(decoding: payload) == batch)
        let header = segment.header
        #expect(header.account == account)
        #expect(header.replica == replica)
        #expect(header.number == 7)
        #expect(header.keyEpoch == 3)
        #expect(header.previous == [UInt8](repeating: 0xb0, count: 32))
        #expect(header.highestStamp == batch.highestStamp.time)
        #expect(Int(header.payloadBytes) == payload.count)
        #expect(header.flags == .continues)
        #expect(Self.hex(Array(segment.bytes[124..<136])) == published["nonce"])
    }

    /// The fields of a vector: one a line, name and value with a colon between.
    private static func fields(
        of name: String, _ make: () throws -> [(String, String)]
    ) throws -> [String: String] {
        let url = folder.appendingPathComponent(name + ".txt")
        let isThere = FileManager.default.fileExists(atPath: url.path)
        if !isThere, ProcessInfo.processInfo.environment["ATELIER_WRITE_VECTORS"] != nil {
            let lines = try make().map { "\($0): \($1)\n" }
            try Data(lines.joined().utf8).write(to: url)
        }
        let text = try String(contentsOf: url, encoding: .utf8)
        var fields: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ": ", maxSplits: 1)
            fields[String(parts[0])] = parts.count == 2 ? String(parts[1]) : ""
        }
        return fields
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func bytes(_ hex: String?) -> [UInt8]? {
        guard let digits = hex.map(Array.init) else { return nil }
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(digits[$0...$0 + 1]), radix: 16)
        }
    }
}
