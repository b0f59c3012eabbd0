import AtelierProtocol
import AtelierServer
import Foundation
import GRDB
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import SignedObjects
import Synchronization
import Testing

struct LogTests {
    // Goal: one JSON object a request, with its id, its route as registered, status, time and
    // bytes, and nothing that tells who asked for what.
    // Method: a join, a push and paths with ids; every line is read, every id looked for.
    @Test func aRequestIsOneLineThatNamesNobody() async throws {
        let server = try TestServer()
        let lines = LogLines()
        let artist = TestDevice(of: server)
        let segment = artist.segment(1)
        let ids = Mutex<[String]>([])
        let application = Application(router: server.core.router, logger: lines.logger(.info))
        try await application.test(.router) { client in
            let replies = [
                try await artist.join(client),
                try await artist.send(.post, "/v1/segments", segment, client),
                try await artist.send(
                    .get, "/v1/accounts/\(artist.account)/device-requests/\(artist.device)",
                    client),
                try await artist.send(.get, "/nothing/\(artist.account)", client),
            ]
            let name = try #require(HTTPField.Name("Atelier-Request"))
            ids.withLock { $0 = replies.compactMap { $0.headers[name] } }
        }
        let objects = try lines.objects().filter { $0["message"] as? String == "request" }
        #expect(objects.count == 4)
        #expect(objects.compactMap { $0["request"] as? String } == ids.withLock { $0 })
        #expect(Set(ids.withLock { $0 }).count == 4)
        #expect(objects.compactMap { $0["status"] as? Int } == [201, 200, 404, 404])
        #expect(
            objects.compactMap { $0["route"] as? String } == [
                "/v1/accounts", "/v1/segments",
                "/v1/accounts/{account}/device-requests/{device}", "unknown",
            ])
        #expect(objects[1]["bytes_in"] as? Int == segment.count)
        #expect(objects.allSatisfy { $0["ms"] is Int && $0["bytes_out"] is Int })
        #expect(objects.allSatisfy { UnixTime(rfc3339: $0["time"] as? String ?? "") != nil })
        let text = lines.text
        for secret in [artist.account.description, artist.device.description, "127.0.0.1"] {
            #expect(!text.contains(secret))
        }
    }

    // Goal: trouble with the database is found in the log, by its code and without a value.
    // Method: a table is taken away under a server that is asked for what is in it.
    @Test func databaseTroubleIsNamed() async throws {
        let server = try TestServer()
        let lines = LogLines()
        let artist = TestDevice(of: server)
        let application = Application(router: server.core.router, logger: lines.logger(.error))
        try await application.test(.router) { client in
            _ = try await artist.join(client)
            try server.write("DROP TABLE segment")
            let reply = try await artist.send(.get, "/v1/segments?after=0", client)
            #expect(reply.status == 500 && reply.problem == .internalError)
        }
        let objects = try lines.objects()
        #expect(objects.count == 1)
        #expect((objects.first?["error"] as? String)?.hasPrefix("SQLite 1") == true, "\(objects)")
    }

    // Goal: a full disk asks devices to come again, as a busy database does; damage does not.
    @Test func aFullDiskPasses() {
        for code in [ResultCode.SQLITE_FULL, .SQLITE_BUSY, .SQLITE_BUSY_SNAPSHOT] {
            #expect(ServerFailure.isTransient(DatabaseError(resultCode: code)))
        }
        #expect(!ServerFailure.isTransient(DatabaseError(resultCode: .SQLITE_CORRUPT)))
    }

    // Goal: a server says that it is not ready where what is sent to it has no room.
    // Method: at the limit, a byte below it, and where the system does not tell.
    @Test func aFullDiskIsNotReady() throws {
        try ServerCore.checkRoom(free: Limits.leastWritableBytes)
        try ServerCore.checkRoom(free: nil)
        #expect(throws: ServerError.self) {
            try ServerCore.checkRoom(free: Limits.leastWritableBytes - 1)
        }
    }

    // Goal: whatever a field holds, a line stays one line of JSON.
    @Test func anyTextIsOneLine() throws {
        let lines = LogLines()
        let logger = lines.logger(.debug)
        let odd = "quote\" back\\slash line\nbreak tab\t null\0 delete\u{7F} \u{2028} ü 🎨"
        logger.debug("\(odd)", metadata: ["\(odd)": "\(odd)", "list": ["a", ["b": "\(odd)"]]])
        logger.trace("below the level")
        let objects = try lines.objects()
        #expect(objects.count == 1)
        #expect(objects.first?["message"] as? String == odd)
        #expect(objects.first?[odd] as? String == odd)
        #expect(objects.first?["level"] as? String == "debug")
        let list = objects.first?["list"] as? [Any]
        #expect(list?.first as? String == "a" && list?.last as? [String: String] == ["b": odd])
    }
}

/// What a logger wrote.
private final class LogLines: Sendable {
    private let written = Mutex("")

    var text: String { written.withLock { $0 } }

    func logger(_ level: Logger.Level) -> Logger {
        var logger = Logger(label: "test") { _ in
            JSONLogHandler(
                clock: { UnixTime(milliseconds: 1_760_000_000_000) },
                write: { line in self.written.withLock { $0 += line } })
        }
        logger.logLevel = level
        return logger
    }

    func objects() throws -> [[String: Any]] {
        try text.utf8.split(separator: UInt8(ascii: "\n")).map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line))
            return try #require(object as? [String: Any])
        }
    }
}
