import AtelierProtocol
import AtelierServer
import Foundation
import HTTPTypes
import HummingbirdTesting
import Provenance
import SignedObjects
import TestSupport
import Testing

@Suite(.onBothDatabases) struct AuthorityTests {
    private static func certificate(
        of device: TestDevice, _ client: any TestClientProtocol
    ) async throws -> SigningCertificate {
        try await device.send(.get, SigningCertificate.target, client).decode()
    }

    /// The chain and root of a certificate that `server` gave.
    private static func checked(
        _ certificate: SigningCertificate, _ server: TestServer
    ) throws -> (chain: SignerCertificateChain, root: CommunityRoot) {
        let root = try JWS<CommunityRoot>(
            verifying: certificate.root, with: server.core.publicKey
        ).payload
        let der = try #require(certificate.der)
        return (try #require(SignerCertificateChain(der: der)), root)
    }

    private static func date(_ time: UnixTime) -> Date {
        Date(timeIntervalSince1970: Double(time.milliseconds) / 1000)
    }

    // Goal: every device gets a certificate of the server's root for the key it signs with: the one
    // that joins, and those that are let in later; the same again, on every instance.
    @Test func everyDeviceIsCertified() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let second = try await artist.letIn("second", client)
            let first = try await Self.certificate(of: artist, client)
            for (device, certificate) in [
                (artist, first), (second, try await Self.certificate(of: second, client)),
            ] {
                let (chain, root) = try Self.checked(certificate, server)
                #expect(chain.publicKey == device.key.verifyingKey.bytes)
                #expect(chain.account == artist.account.description)
                #expect(chain.name.hasPrefix("artist ") && certificate.publicName == nil)
                #expect(chain.isGiven(by: [try #require(root.der)], at: Self.date(server.now)))
                #expect(root.number == 1)
            }
            #expect(try await Self.certificate(of: artist, client) == first)
            let reopened = try server.reopened(policy: server.core.policy)
            try await reopened.run { client in
                let again = try await Self.certificate(of: TestDevice(artist, at: reopened), client)
                #expect(again == first)
            }
        }
    }

    // Goal: an artist is named as they wish on all devices, only by names that a terminal can show,
    // and no longer than the account is there.
    @Test func theArtistChoosesTheName() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let second = try await artist.letIn("second", client)
            let before = try await Self.certificate(of: artist, client)
            let reply = try await artist.post(
                PublicNameRequest.target, PublicNameRequest(name: "Mira Ø 湖"), client)
            let named: SigningCertificate = try reply.decode()
            #expect(try Self.checked(named, server).chain.name == "Mira Ø 湖")
            #expect(try await Self.certificate(of: second, client).publicName == "Mira Ø 湖")
            for bad in ["", " Mira", "a\u{1B}[2J", "a\nb", String(repeating: "a", count: 65)] {
                let reply = try await artist.post(
                    PublicNameRequest.target, PublicNameRequest(name: bad), client)
                #expect(reply.status == 400, "\(bad)")
            }
            let without = try await artist.post(
                PublicNameRequest.target, PublicNameRequest(name: nil), client)
            #expect(try without.decode() == before)
            _ = try await artist.post(
                PublicNameRequest.target, PublicNameRequest(name: "Purple Mira"), client)
            _ = try server.core.accounts.purge(artist.account, reason: "asked", actor: "ann")
            #expect(try !server.database.contents.contains("Purple Mira"))
        }
    }

    // Goal: a new root gives the certificates from then on, and those of the one before still
    // count; the doctor finds nothing wrong.
    @Test func rootsOverlap() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let old = try await Self.certificate(of: artist, client)
            #expect(try server.core.authority.rotate(reason: "ten years", actor: "ann") == 2)
            let new = try await Self.certificate(of: artist, client)
            let number = try Self.checked(new, server).root.number
            #expect(new != old && number == 2)
            let list: CommunityRootList =
                try await artist.send(.get, CommunityRootList.target, client).decode()
            let roots = try list.roots.map {
                try JWS<CommunityRoot>(verifying: $0, with: server.core.publicKey).payload
            }
            #expect(roots.map(\.number) == [2, 1])
            for certificate in [old, new] {
                let (chain, root) = try Self.checked(certificate, server)
                #expect(roots.contains(root))
                #expect(
                    chain.isGiven(by: roots.compactMap(\.der), at: Self.date(server.now)))
            }
            let pem = try await artist.send(.get, "/v1/provenance/root.pem", client)
            let text = String(decoding: pem.body, as: UTF8.self)
            #expect(text.components(separatedBy: "-----BEGIN CERTIFICATE-----").count == 3)
            #expect(try server.core.audit.entries(of: nil).map(\.action).contains("rotate-root"))
        }
    }

    // Goal: a device of no account gets none.
    @Test func strangersGetNone() async throws {
        let server = try TestServer()
        try await server.run { client in
            let stranger = TestDevice(of: server)
            let reply = try await stranger.send(.get, SigningCertificate.target, client)
            #expect(reply.status == 401)
        }
    }
}
