import AtelierServer
import Foundation
import TestSupport
import Testing

@Suite(.onBothDatabases)
struct InviteTests {
    // Goal: revoking by the beginning of an id ends that invite, and no other.
    @Test func oneInviteIsRevokedByTheBeginningOfItsID() throws {
        let server = try TestServer()
        _ = try server.core.invites.create(count: 3, lifetime: .seconds(86_400), actor: "test")
        let before = try server.core.invites.list()
        let id = try #require(before.first).id
        #expect(try server.core.invites.revoke(String(id.prefix(8)), actor: "test") == 1)
        let after = try server.core.invites.list()
        for (old, new) in zip(before, after) {
            #expect(old.id == new.id)
            #expect((old.state == new.state) == (old.id != id))
        }
        #expect(throws: ServerError.self) {
            try server.core.invites.revoke(String(id.prefix(7)), actor: "test")
        }
    }

    // Goal: a command that only reads never makes a server out of a mistyped folder.
    @Test func aMistypedFolderStaysAbsent() throws {
        let folder = try TemporaryFolder()
        let mistyped = folder.url.appendingPathComponent("sever")
        #expect(throws: ServerError.noServer(path: mistyped.path)) {
            try ServerCore(folder: mistyped, isNewAllowed: false)
        }
        #expect(!FileManager.default.fileExists(atPath: mistyped.path))
        _ = try ServerCore(folder: mistyped, isNewAllowed: true)
        #expect(
            try ServerCore(folder: mistyped, isNewAllowed: false).accounts.list(search: "").isEmpty)
    }
}
