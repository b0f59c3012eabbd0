import AtelierLibrary
import Foundation
import SignedObjects
import SyncKit
import TestSupport
import Testing
import SyncKitHTTP

@Suite("The server's audit log")
struct AuditHeadTests {
    private static let contents = (1...9).map { Digest(of: "entry \($0)") }

    // Goal: a log that grows is believed, one whose entries were taken away or changed is told by
    // sync, status and doctor for as long as it stays so. Method: grow; cut; change; mend.
    @Test func aLogThatWasRewrittenIsTold() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        server.setAudit(Array(Self.contents.prefix(3)))
        #expect(try await library.sync.run().doubts.isEmpty)
        server.setAudit(Array(Self.contents.prefix(8)))
        #expect(try await library.sync.run().doubts.isEmpty)
        var changed = Self.contents
        changed[4] = Digest(of: "another")
        for log in [Array(Self.contents.prefix(7)), changed] {
            server.setAudit(log)
            for _ in 1...2 {
                #expect(try await library.sync.run().doubts.map(\.code) == [.auditRewritten])
            }
            #expect(try library.status().doubts.map(\.code) == [.auditRewritten])
            #expect(try library.doctor.examine().findings.map(\.code) == [.doubt])
            let since = try library.status().doubts.map(\.since)
            world.advance(by: .seconds(60))
            _ = try await library.sync.run()
            #expect(try library.status().doubts.map(\.since) == since)
        }
        server.setAudit(Self.contents)
        #expect(try await library.sync.run().doubts.isEmpty)
        #expect(try library.doctor.examine().isWell)
    }

    // Goal: a server that says that it was restored is believed; a head that another key signed,
    // and none where there was one, are told.
    @Test func aRestoreIsNoContradiction() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        server.setAudit(Self.contents)
        _ = try await library.sync.run()
        server.setAudit(Array(Self.contents.prefix(2)), epoch: 2)
        #expect(try await library.sync.run().doubts.isEmpty)
        server.setAudit(Array(Self.contents.prefix(5)), epoch: 2)
        #expect(try await library.sync.run().doubts.isEmpty)
        server.setTamper { message, reply in
            guard message.target.hasPrefix("/v1/audit") else { return reply }
            var reply = reply
            reply.body = Array("{\"contents\":[]}".utf8)
            return reply
        }
        server.setAudit(Self.contents, epoch: 2)
        #expect(try await library.sync.run().doubts.map(\.code) == [.auditRewritten])
    }
}
