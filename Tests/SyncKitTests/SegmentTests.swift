import SyncKit
import TestSupport
import Testing

@Suite struct SegmentTests {
    private static func sealer(
        key: UInt8 = 7, epoch: UInt32 = 1, account: UInt8 = 1
    ) throws -> SegmentSealer {
        let keys = try #require(LibraryKeys([epoch: [UInt8](repeating: key, count: 32)]))
        return SegmentSealer(keys: keys, account: [UInt8](repeating: account, count: 16))
    }

    private static func seal(_ payload: [UInt8]) throws -> SealedSegment {
        try sealer().seal(
            payload, replica: try #require(ReplicaID([UInt8](repeating: 4, count: 16))), number: 3,
            previous: [UInt8](repeating: 5, count: 32),
            highestStamp: HybridTimestamp(milliseconds: 1_700_000_000_000, counter: 9))
    }

    // Goal: header and payload come back as they were sealed.
    @Test func opensToWhatWasSealed() throws {
        let payload = Array("brush, brush, brush and ink".utf8)
        let segment = try SealedSegment(bytes: try Self.seal(payload).bytes)
        #expect(try Self.sealer().open(segment) == payload)
        #expect(segment.header.number == 3)
        #expect(segment.header.keyEpoch == 1)
        #expect(segment.header.highestStamp.milliseconds == 1_700_000_000_000)
        #expect(segment.header.previous == [UInt8](repeating: 5, count: 32))
    }

    // Goal: a segment with any one bit changed, in the header or the payload, is refused.
    @Test func everyFlippedBitIsRefused() throws {
        let segment = try Self.seal([1, 2, 3])
        let sealer = try Self.sealer()
        for index in segment.bytes.indices {
            for bit in 0..<8 {
                var bytes = segment.bytes
                bytes[index] ^= 1 << UInt8(bit)
                #expect(throws: SegmentError.self, "byte \(index) bit \(bit)") {
                    _ = try sealer.open(SealedSegment(bytes: bytes))
                }
            }
        }
    }

    // Goal: another account's library, another key and an unknown epoch are told apart.
    @Test func strangersCannotOpen() throws {
        let segment = try Self.seal([1, 2, 3])
        #expect(throws: SegmentError.otherAccount) {
            try Self.sealer(account: 2).open(segment)
        }
        #expect(throws: SegmentError.notAuthentic) { try Self.sealer(key: 8).open(segment) }
        #expect(throws: SegmentError.unknownKey(epoch: 1)) {
            try Self.sealer(epoch: 2).open(segment)
        }
    }

    // Goal: at the limits a segment is taken, one byte past them it is refused before any work.
    @Test func limitsHold() throws {
        let header = try Self.seal([]).header.bytes
        let largest = header + [UInt8](repeating: 0, count: Limits.segmentBytes - header.count)
        #expect(try SealedSegment(bytes: largest).header.number == 3)
        #expect(
            throws: SegmentError.tooLarge(
                bytes: Limits.segmentBytes + 1, limit: Limits.segmentBytes)
        ) { try SealedSegment(bytes: largest + [0]) }
        let payload = [UInt8](repeating: 0, count: Limits.payloadBytes)
        #expect(try Self.sealer().open(Self.seal(payload)).count == payload.count)
        #expect(
            throws: SegmentError.tooLarge(
                bytes: Limits.payloadBytes + 1, limit: Limits.payloadBytes)
        ) { try Self.seal(payload + [0]) }
    }

    // Goal: what an outsider sees of a segment holds nothing of its contents.
    @Test func theServerSeesNoContents() throws {
        let secret = Array("The lighthouse keeper's daughter".utf8)
        let bytes = try Self.seal(secret + secret).bytes
        #expect(bytes.firstRange(of: Array(secret.prefix(8))) == nil)
    }
}
