import AtelierProtocol
import AtelierServer
import Fingerprints
import Foundation
import HummingbirdTesting
import SignedObjects
import TestSupport
import Testing

@Suite(.onBothDatabases) struct MatchingTests {
    /// Readings for which everything else is far away.
    private static func readings(_ count: Int, seed: UInt64) throws -> [FingerprintReading] {
        var random = SeededGenerator(seed: seed)
        return try (0..<count).map { _ in
            let variants = try (0..<8).map { _ in
                try #require(Fingerprint(bytes: random.bytes(32)))
            }
            return try #require(FingerprintReading(variants: variants, quality: 90))
        }
    }

    /// The same picture with some bits changed, seen in another orientation.
    private static func near(
        _ reading: FingerprintReading, bits: Int, turn: Int = 0, quality: Int = 90
    ) throws -> FingerprintReading {
        var variants = reading.variants
        var bytes = reading.fingerprint.bytes
        for bit in 0..<bits { bytes[bit % 32] ^= 1 << UInt8(bit / 32) }
        variants[0] = try #require(Fingerprint(bytes: bytes))
        variants.swapAt(0, turn)
        return try #require(FingerprintReading(variants: variants, quality: quality))
    }

    /// Registers pictures, and says how many of them are near to somebody else's.
    private static func register(
        _ artist: TestDevice, _ readings: [FingerprintReading], from first: Int = 0,
        _ client: any TestClientProtocol
    ) async throws -> Int {
        let before = try nearCount(artist.server)
        let works = try readings.enumerated().map { index, reading in
            let work = Digest(of: "work \(first + index)")
            return try artist.registration(work, pixels: work, reading: reading)
        }
        let reply: RegistrationReply = try await artist.post(
            RegistrationRequest.target, RegistrationRequest(works: works), client
        ).decode()
        #expect(reply.works.allSatisfy { $0.outcome == .accepted })
        return try nearCount(artist.server) - before
    }

    private static func nearCount(_ server: TestServer) throws -> Int {
        Int(try MetricsLines(server.core.metricsText())["atelier_registration_near_total"] ?? 0)
    }

    // Goal: of two accounts' pictures up to 31 bits apart, in any orientation, the later one finds
    // the earlier; not beyond, not an account's own, not where there is too little detail.
    @Test func theLaterFindsTheEarlier() async throws {
        let server = try TestServer()
        try await server.run { client in
            let first = try await TestDevice.joined(to: server, client)
            let second = try await TestDevice.joined(to: server, client)
            let readings = try Self.readings(6, seed: 1)
            #expect(try await Self.register(first, readings, client) == 0)
            let found = try await Self.register(
                second,
                [
                    Self.near(readings[0], bits: 0), Self.near(readings[1], bits: 31),
                    Self.near(readings[2], bits: 31, turn: 5), Self.near(readings[3], bits: 32),
                    Self.near(readings[4], bits: 0, quality: 49),
                ], client)
            #expect(found == 3)
            // Its own are near to its own.
            #expect(
                try await Self.register(first, [Self.near(readings[5], bits: 3)], from: 50, client)
                    == 0)
            #expect(try server.count("fingerprint") == 11)
        }
    }

    // Goal: what was withdrawn is near to nobody's, and is again when it comes back.
    @Test func withdrawnWorksAreNotFound() async throws {
        let server = try TestServer()
        try await server.run { client in
            let first = try await TestDevice.joined(to: server, client)
            let second = try await TestDevice.joined(to: server, client)
            let readings = try Self.readings(1, seed: 2)
            #expect(try await Self.register(first, readings, client) == 0)
            let withdrawal = try JWS(
                signing: RegistrationWithdrawal(
                    account: first.account, device: first.device, works: [Digest(of: "work 0")],
                    models: [], time: server.now), with: first.key)
            let reply = try await first.post(
                RegistrationRequest.target, RegistrationRequest(withdrawals: [withdrawal.compact]),
                client)
            #expect(reply.status == 200)
            #expect(
                try await Self.register(second, [Self.near(readings[0], bits: 2)], client) == 0)
            #expect(try await Self.register(first, readings, client) == 1)
        }
    }

    // Goal: a server that has not seen others' rows yet, or has seen some that were never
    // committed, finds what is there.
    // Method: another server on the same database; then the last row is replaced by another picture
    // with the same serial, as after a commit that failed.
    @Test func theIndexFollowsTheTable() async throws {
        let server = try TestServer()
        let readings = try Self.readings(3, seed: 3)
        let first = try await server.run { client in
            let first = try await TestDevice.joined(to: server, client)
            #expect(try await Self.register(first, [readings[0], readings[1]], client) == 0)
            return first
        }
        let other = try server.beside(ahead: .zero)
        try await other.run { client in
            let second = try await TestDevice.joined(to: other, client)
            #expect(
                try await Self.register(
                    second, [Self.near(readings[0], bits: 1), readings[2]], client) == 1)
        }
        try await server.run { client in
            let third = try await TestDevice.joined(to: server, client)
            #expect(
                try await Self.register(third, [Self.near(readings[2], bits: 9)], client) == 1)
        }
        let late = try Self.readings(1, seed: 4)[0]
        let hash = server.database.literal(late.fingerprint.bytes)
        try server.write(
            """
            UPDATE fingerprint SET fingerprint = \(hash), mark = 5
            WHERE serial = (SELECT MAX(serial) FROM fingerprint)
            """)
        try await server.run { client in
            let found = try await Self.register(
                TestDevice(first, at: server), [Self.near(late, bits: 4)], from: 90, client)
            #expect(found == 1)
        }
    }

    // Goal: two servers that register the two pictures of a pair at the same moment do not miss
    // each other: of each pair exactly one finds the other.
    // Method: two accounts at two servers on one database, 24 pairs, both at once.
    @Test func twoServersDoNotMissEachOther() async throws {
        let server = try TestServer()
        let other = try server.beside(ahead: .zero)
        let readings = try Self.readings(24, seed: 5)
        let artists = try await server.run { client in
            [
                try await TestDevice.joined(to: server, client),
                TestDevice(try await TestDevice.joined(to: server, client), at: other),
            ]
        }
        let found = try await withThrowingTaskGroup(of: Int.self) { group in
            for artist in artists {
                group.addTask {
                    try await artist.server.run { client in
                        let before = try Self.nearCount(artist.server)
                        for (index, reading) in readings.enumerated() {
                            _ = try await Self.register(artist, [reading], from: index, client)
                        }
                        return try Self.nearCount(artist.server) - before
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(found == readings.count)
    }

    // Goal: an account registers so many works and no more.
    // Method: rows up to one below the limit are put in by hand.
    @Test func worksAreBounded() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            _ = try await Self.register(artist, try Self.readings(1, seed: 6), client)
            let numbers =
                switch server.database {
                case .sqlite:
                    """
                    (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9998)
                    SELECT i FROM n) AS numbers(i)
                    """
                case .postgres, .own: "generate_series(1, 9998) AS numbers(i)"
                }
            let source = server.database.literal([1])
            let bytes =
                switch server.database {
                case .sqlite: "CAST(i AS BLOB)"
                case .postgres, .own: "CAST(CAST(i AS TEXT) AS BYTEA)"
                }
            let from =
                switch server.database {
                case .sqlite: numbers.replacing(" AS numbers(i)", with: "")
                case .postgres, .own: numbers
                }
            try server.write(
                """
                INSERT INTO work_registration (account, work, pixels, document, registered)
                SELECT \(server.database.literal(artist.account.bytes)), \(bytes), \(source), '', 0
                FROM \(from)
                """)
            let works = try (0..<2).map { index in
                let work = Digest(of: "late \(index)")
                return try artist.registration(work, pixels: work)
            }
            let reply: RegistrationReply = try await artist.post(
                RegistrationRequest.target, RegistrationRequest(works: works), client
            ).decode()
            #expect(reply.works.map(\.code) == [nil, .limitReached])
        }
    }
}
