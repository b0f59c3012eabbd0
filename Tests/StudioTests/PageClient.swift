import AtelierLibrary
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import SignedObjects
import Studio
import StyleKit
import Testing

/// A page on a library of its own, as a browser that was let in asks it.
struct PageClient {
    let port: Int
    let authority: String
    let root: String
    let cookie: String

    /// Runs a page of a new folder, with a library in it unless `isEmpty`.
    static func run(
        isEmpty: Bool = false,
        _ body: @Sendable (_ page: PageClient, _ folder: LibraryFolder) async throws -> Void
    ) async throws {
        let place = FileManager.default.temporaryDirectory
            .appending(path: "studio-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: place) }
        let folder = LibraryFolder(root: place)
        let environment = LibraryEnvironment(
            now: { UnixTime(milliseconds: 1_780_000_000_000) },
            random: { count in (0..<count).map { _ in UInt8.random(in: 0...255) } }, threads: 1,
            connect: { _ in throw NoNetwork() })
        if !isEmpty {
            _ = try Library.make(in: folder, deviceName: "desk", environment: environment)
        }
        let studio = try Studio(folder: folder, environment: environment)
        try await studio.application().test(.live) { client in
            let address = try #require(URL(string: studio.issueAddress()))
            let authority = "\(address.host() ?? ""):\(address.port ?? 0)"
            let port = try #require(client.port)
            let reply = try await send(
                "/open?\(address.query() ?? "")", host: authority, [:], to: port)
            #expect(reply.status == .ok)
            let header = try #require(reply.headers[.setCookie])
            let path = try #require(header.firstMatch(of: /Path=(\/[0-9a-f]+\/)/)?.output.1)
            let page = PageClient(
                port: port, authority: authority, root: String(path),
                cookie: String(header.prefix { $0 != ";" }))
            try await body(page, folder)
        }
    }

    /// What the page's own scripts send.
    var headers: HTTPFields {
        [
            .cookie: cookie, .origin: "http://\(authority)", Self.fetchSite: "same-origin",
        ]
    }

    static let fetchSite = HTTPField.Name("Sec-Fetch-Site") ?? .from

    /// Asks a path below the secret one, as `host` where that is given.
    func ask(
        _ path: String, _ method: HTTPRequest.Method = .get, _ body: [UInt8] = [],
        host: String? = nil, headers: HTTPFields? = nil
    ) async throws -> TestClient.Response {
        try await Self.send(
            root + path, host: host ?? authority, headers ?? self.headers, method, body, to: port)
    }

    /// Sends one request over a connection of its own.
    static func send(
        _ uri: String, host: String, _ headers: HTTPFields,
        _ method: HTTPRequest.Method = .get, _ body: [UInt8] = [], to port: Int
    ) async throws -> TestClient.Response {
        let client = TestClient(host: "localhost", port: port, configuration: .init())
        client.connect()
        defer { Task { try? await client.shutdown() } }
        return try await client.execute(
            TestClient.Request(
                uri, method: method, authority: host, headers: headers,
                body: ByteBuffer(bytes: body)))
    }

    /// The JSON object that a path answers.
    func object(
        _ path: String, _ method: HTTPRequest.Method = .get, _ body: [UInt8] = [],
        status: HTTPResponse.Status = .ok
    ) async throws -> [String: Any] {
        let reply = try await ask(path, method, body)
        let text = reply.text
        #expect(reply.status == status, "\(path): \(text)")
        return try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    /// The last state of a job; asks until it has ended.
    func ended(_ id: String) async throws -> [String: Any] {
        for _ in 0..<100_000 {
            let job = try await object("api/jobs/\(id)")
            if job["state"] as? String != "running" { return job }
            await Task.yield()
        }
        throw NeverEnded()
    }

    /// A picture of one colour with a stripe, as a PNG file.
    static func picture(_ shade: UInt8, side: Int = 96) throws -> [UInt8] {
        var pixels: [UInt8] = []
        for index in 0..<side * side {
            let isStripe = index % side < side / 3
            pixels += [shade, isStripe ? 200 : 40, UInt8(index / side * 2 % 256), 255]
        }
        return try Picture(width: side, height: side, pixels: pixels).encodedPNG()
    }
}

extension TestClient.Response {
    /// The body.
    var bytes: [UInt8] { body.map { Array($0.readableBytesView) } ?? [] }
    /// The body as text.
    var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// A job went on for too long.
private struct NeverEnded: Error {}

/// Tests reach no server.
private struct NoNetwork: Error {}
