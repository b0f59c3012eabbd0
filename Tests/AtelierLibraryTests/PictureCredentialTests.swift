import AtelierLibrary
import AtelierProtocol
import CreditLedger
import Foundation
import Provenance
import SignedObjects
import StyleKit
import Synchronization
import SyncKitHTTP
import TestSupport
import Testing

@Suite("What exported pictures say")
struct PictureCredentialTests {
    private static let order = NamedOrder(model: "m", seed: 1, width: 96, height: 96)

    private static func bytes(_ file: URL) throws -> [UInt8] { [UInt8](try Data(contentsOf: file)) }

    private static func fingerprint(of server: LocalServer) -> ServerFingerprint {
        ServerFingerprint(key: server.key.verifyingKey)
    }

    // Goal: a picture says who made it and from what, before and after the receipt, in both
    // formats, with and without the watermark; titles only where the artist wants them.
    @Test(arguments: [ExportOptions.Format.png, .jpeg])
    func exportsSayWhatTheyAre(format: ExportOptions.Format) async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let made = try library.generate(Self.order).generation
        let file = world.folder.url.appending(path: "out.\(format.rawValue)")
        var options = ExportOptions()
        #expect(try library.generations.export(made.id, to: file, options).isSigned)
        let before = try library.generations.verify(file)
        #expect(before.verdict == .signed && before.picture?.receipt == nil)

        _ = try await library.sync.run()
        options.isReplacing = true
        for isClean in [false, true] {
            options.isClean = isClean
            _ = try library.generations.export(made.id, to: file, options)
            let after = try library.generations.verify(file)
            #expect(after.verdict == .countersigned && after.generation == made.id, "\(after)")
            let picture = try #require(after.picture)
            #expect(picture.origin == .trainedModel && picture.training == .notAllowed)
            #expect(picture.works == 2 && picture.worksDigest == made.worksDigest)
            let works = Set(try library.works.all().map(\.sha256))
            #expect(!picture.sources.isEmpty && picture.sources.allSatisfy { $0.title == nil })
            #expect(picture.sources.allSatisfy { works.contains($0.sha256) })
        }
        options.statement = PictureStatement(hasTitles: true, allowsTraining: true)
        _ = try library.generations.export(made.id, to: file, options)
        let titled = try #require(try library.generations.verify(file).picture)
        #expect(titled.sources.allSatisfy { $0.title != nil } && titled.training == .allowed)
        // The same again is the same file.
        let first = try Self.bytes(file)
        _ = try library.generations.export(made.id, to: file, options)
        #expect(try Self.bytes(file) == first)
    }

    // Goal: whoever knows the server's key checks a picture without a library and a network; who
    // does not is told which server it names. What was changed is told as such.
    // Method: the judge alone, with the right key, another and none; 200 changed bytes.
    @Test func anybodyChecksWithTheServersKey() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let made = try library.generate(Self.order).generation
        _ = try await library.sync.run()
        let file = world.folder.url.appending(path: "out.png")
        try library.generations.export(made.id, to: file)
        let key = Self.fingerprint(of: server)
        let known = try Verification(of: file, believing: [key], now: world.now)
        #expect(known.verdict == .countersigned && known.picture?.serverKey != nil)
        let other = ServerFingerprint(key: SigningKey().verifyingKey)
        let unknown = try Verification(of: file, believing: [other], now: world.now)
        #expect(unknown.verdict == .unknown && unknown.reason.contains(key.description))
        // Years after, the receipt's time is what counts.
        let later = world.now + .seconds(30 * 365 * 86_400)
        #expect(
            try Verification(of: file, believing: [key], now: later).verdict == .countersigned)

        let good = try Self.bytes(file)
        let judge = PictureJudge(believing: [key], now: world.now)
        for index in stride(from: 8, to: good.count, by: max(1, good.count / 200)) {
            var changed = good
            changed[index] ^= 0x20
            let verdict = judge.judge(changed).verdict
            #expect(verdict == .altered || verdict == .unknown, "byte \(index)")
        }
        var changed = good
        changed[good.count - 30] ^= 1
        try Data(changed).write(to: file)
        #expect(try library.generations.verify(file).verdict == .altered)
    }

    // Goal: nobody makes a picture look countersigned: not with a root that another key signed, a
    // certificate of another device, a receipt of another account, or none of them.
    @Test func forgedEvidenceIsUnknown() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let made = try library.generate(Self.order).generation
        _ = try await library.sync.run()
        let receipt = try library.generations.generation(made.id).receipt
        let plain = try Picture.decode(Self.bytes(world.picture(3))).0.encodedPNG()
        let judge = PictureJudge(believing: [Self.fingerprint(of: server)], now: world.now)
        let thief = SigningKey()
        let account = try #require(library.account.id)
        let stranger = AccountID(key: SigningKey().verifyingKey)

        func verdict(
            _ certificate: SigningCertificate, receipt: String? = nil
        ) throws -> PictureVerdict {
            let der = try #require(certificate.der)
            let signer = CredentialSigner(certificates: [der]) { try thief.signature(for: $0) }
            let credential = PictureCredential(
                origin: .trainedModel,
                generator: PictureCredential.Generator(name: "Atelier", version: "1"),
                training: .notAllowed,
                evidence: Evidence(
                    works: 2, worksDigest: made.worksDigest, receipt: receipt,
                    serverKey: server.key.verifyingKey.description, authority: certificate.root))
            return judge.judge(try SignedPicture(plain, saying: credential, by: signer).bytes)
        }
        let key = thief.verifyingKey
        let own = try server.certificate(of: key, account: stranger, name: nil)
        #expect(try verdict(own).verdict == .signed)
        #expect(try verdict(own, receipt: receipt).reason.contains("receipt"))
        let otherRoot = try server.certificate(
            of: key, account: account, name: nil, rootBy: SigningKey())
        #expect(try verdict(otherRoot, receipt: receipt).reason.contains("root"))
        let payload = try JWS<Receipt>(verifying: receipt, with: server.key.verifyingKey).payload
        let forged = try JWS(signing: payload, with: SigningKey()).compact
        #expect(try verdict(own, receipt: forged).verdict == .unknown)
    }

    // Goal: a hostile server cannot give a device a certificate that is not its own: the one before
    // stays, and the artist is told.
    // Method: a certificate of another key, account, root and name; then an honest one.
    @Test func aHostileServersCertificateIsRefused() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let before = try #require(try library.account.signer())
        let account = try #require(library.account.id)
        let text = try #require(server.state.withLock { $0.certificates.first })
        let own = try JWS<DeviceCertificate>.unverifiedPayload(of: text).deviceKey
        let lies = [
            try server.certificate(of: SigningKey().verifyingKey, account: account, name: nil),
            try server.certificate(
                of: own, account: AccountID(key: SigningKey().verifyingKey), name: nil),
            try server.certificate(of: own, account: account, name: nil, rootBy: SigningKey()),
        ]
        for lie in lies {
            // A certificate that is held is asked for once a day.
            world.advance(by: .seconds(86_401))
            server.setTamper { message, reply in
                message.target == SigningCertificate.target ? try server.reply(lie) : reply
            }
            let outcome = try await library.sync.run()
            #expect(outcome.doubts.map(\.code) == [.certificateRefused])
            #expect(try library.account.signer() == before)
        }
        server.setTamper(nil)
        #expect(try await library.sync.run().doubts.isEmpty)
    }

    // Goal: the artist's name is in new pictures where they want it, and in no others.
    @Test func theNameIsTheArtistsChoice() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        #expect(try library.account.signer()?.isPublicName == false)
        await #expect(throws: PictureSigningError.badName) {
            try await library.account.setPublicName("a\u{7}")
        }
        try await library.account.setPublicName("Mira")
        #expect(try library.account.signer()?.name == "Mira")
        let made = try library.generate(Self.order).generation
        let file = world.folder.url.appending(path: "out.png")
        try library.generations.export(made.id, to: file)
        #expect(try library.generations.verify(file).picture?.artist == "Mira")
        try await library.account.setPublicName(nil)
        try library.generations.export(made.id, to: file, replacing: true)
        #expect(try library.generations.verify(file).picture?.artist == "artist")
    }

    // Goal: a work by hand is signed as one, and only the artist's own; its pixels stay.
    @Test func worksByHandAreSigned() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let licensed = try library.works.add(
            try world.picture(5), rights: .licensed("a licence")
        ).work
        let own = try #require(try library.works.all().first { $0.basis == "mine" })
        let folder = world.folder.url.appending(path: "signed")
        let copy = try #require(try library.works.sign([own.id], to: folder).first)
        let file = URL(filePath: copy.file)
        let found = try library.generations.verify(file)
        #expect(found.verdict == .signed && found.picture?.origin == .byHand)
        #expect(
            try Picture.decode(Self.bytes(file)).0.pixelHash
                == Picture.decode(Self.bytes(URL(filePath: try #require(own.file)))).0.pixelHash)
        #expect(throws: PictureSigningError.self) {
            try library.works.sign([licensed.id], to: folder)
        }
        let alone = try Library.make(
            in: world.home("alone"), deviceName: "alone", environment: world.environment()
        ).library
        let work = try alone.works.add(try world.picture(6)).work
        #expect(throws: PictureSigningError.noCertificate) {
            try alone.works.sign([work.id], to: folder)
        }
    }
}
