import AtelierProtocol
import Foundation
import HTTPTypes
import TestSupport
import Testing

/// Methods that a path does not take.
@Suite struct MethodTests {
    // Goal: such a method is answered with 405 and the ones that the path takes.
    // Method: every documented path, with every usual method that it does not take and one that is
    // made up; `send` holds each answer to the document.
    @Test func otherMethodsAreNotAllowed() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = TestDevice(of: server)
            for (path, operations) in try APIDocument.present.get().paths {
                let taken = Set(operations.keys.map { $0.uppercased() })
                let target = path.split(separator: "/").map { $0.hasPrefix("{") ? "00" : $0 }
                for name in Self.methods where !taken.contains(name) {
                    let method = try #require(HTTPRequest.Method(name))
                    let reply = try await artist.send(
                        method, "/" + target.joined(separator: "/"), client)
                    #expect(reply.status == 405, "\(name) \(path)")
                    #expect(reply.headers[.allow] == taken.sorted().joined(separator: ", "))
                    #expect(reply.problem == (name == "HEAD" ? nil : .methodNotAllowed))
                }
            }
        }
    }

    // Goal: a path that is longer or shorter than a route is none, with any method.
    @Test(arguments: ["/", "/v1", "/v1/server/x", "/v1/accounts/devices", "/V1/server"])
    func whatIsNoPathStaysUnknown(path: String) async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = TestDevice(of: server)
            for method in [HTTPRequest.Method.get, .delete] {
                let reply = try await artist.send(method, path, client)
                #expect(reply.status == 404 && reply.problem == .notFound, "\(method)")
                #expect(reply.headers[.allow] == nil)
            }
        }
    }

    // Goal: an answer to HEAD ends with its head: a proxy would take a body after it for the next
    // answer on the connection.
    // Method: HEAD and GET, one after the other, on one connection.
    @Test func anAnswerToHeadHasNoBody() async throws {
        let folder = try TemporaryFolder()
        let server = try await RunningServer(data: folder.url)
        let connection = try #require(RawConnection(port: server.port))
        let request =
            ["HEAD", "GET"].map { "\($0) /healthz HTTP/1.1\r\nHost: x\r\n" }
            .joined(separator: "\r\n") + "Connection: close\r\n\r\n"
        #expect(connection.write(Array(request.utf8)))
        let replies = connection.readAll().components(separatedBy: "HTTP/1.1 ").dropFirst()
        #expect(replies.map { $0.prefix(3) } == ["405", "200"])
        #expect(replies.first?.hasSuffix("\r\n\r\n") == true, "\(replies)")
        #expect(replies.last?.hasSuffix("\r\n\r\nok\n") == true, "\(replies)")
        #expect(await server.stop() == 0)
    }

    private static let methods = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "MADE-UP",
    ]
}
