import ArgumentParser
import AtelierLibrary
import AtelierProtocol
import Foundation
import SignedObjects

/// What a picture file is, and who says so.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check what a picture is, and from whose works it is made.",
        discussion: """
            Reads the signed manifest in PNG and JPEG files, offline. The library's own server is \
            believed, and those named by --server-key; a library is not needed. A file without a \
            manifest is recognised where it is a picture of this library. Exit code 0 for a \
            countersigned picture that nothing stands against, 1 for a signed one without a \
            receipt, an altered and an unknown one. Devices that the server has revoked are known \
            from the last sync; --online asks anew.
            """)

    @OptionGroup var options: LibraryOptions
    @Argument(help: "The picture.", completion: .file()) var file: FileArgument
    @Option(
        name: .customLong("server-key"),
        help: "A server's key, or the fingerprint of it, that is believed; may be repeated.")
    var servers: [ServerKeyArgument] = []
    @Flag(help: "Ask the server whether a source is disputed or withdrawn, or a device revoked.")
    var online = false

    func run() async throws {
        let known = servers.map(\.fingerprint)
        guard try options.folder.holdsLibrary else {
            let now = UnixTime(
                milliseconds:
                    Int64(clamping: Int(rounding: Date().timeIntervalSince1970 * 1000)))
            let found = try Verification(of: try file.url, believing: known, now: now)
            return try tell(found, nil)
        }
        let library = try options.open()
        if online { try await library.account.refreshRevocations() }
        let found = try library.generations.verify(try file.url, believing: known)
        var standing: ReceiptStatus.Standing?
        if online, let picture = found.picture {
            standing = try await library.account.standing(of: picture)
        }
        try tell(found, standing) {
            guard found.verdict == .unknown || found.verdict == .altered else { return }
            try tellMark(in: library.generations)
        }
    }

    private func tell(
        _ found: Verification, _ standing: ReceiptStatus.Standing?,
        hint: () throws -> Void = {}
    ) throws {
        if options.json {
            try JSONOutput.show(Shown(found, standing))
        } else {
            Terminal.say(Self.words(found))
            if let picture = found.picture { Self.table(picture).show() }
            if let time = found.picture?.revoked { Terminal.say(Self.words(revoked: time)) }
            if let standing { Terminal.say(Self.words(standing)) }
            if online, standing == nil {
                Terminal.note("The server of this library has no receipt of it to ask about.")
            }
            try hint()
        }
        guard found.verdict == .countersigned, found.picture?.revoked == nil,
            standing ?? .good == .good
        else {
            throw ExitStatus.failed.code
        }
    }

    /// Names the generation of a picture that was changed since, such as scaled by a website.
    private func tellMark(in generations: GenerationService) throws {
        guard
            let mark = try? generations.findMark(in: try file.url),
            let made = mark.generations.first
        else { return }
        Terminal.say(
            "Its hidden mark is that of \(made.id.short). "
                + "A mark can be copied, so this is a hint, not proof.")
    }

    private static func words(_ found: Verification) -> String {
        let name = found.generation.map { " (\($0.short))" } ?? ""
        switch found.verdict {
        case .countersigned:
            let time = found.countersignedAt.map { " on \(Formatting.moment($0))" } ?? ""
            let server = found.server.isEmpty ? "the server" : found.server
            return "countersigned\(name) by \(server)\(time)"
        case .signed: return "signed, not countersigned\(name)"
        case .altered: return "altered: \(found.reason)"
        case .unknown: return "unknown\(name): \(found.reason)"
        }
    }

    private static func words(revoked time: UnixTime) -> String {
        "The device that signed it was revoked on \(Formatting.moment(Moment(time)))."
    }

    private static func words(_ standing: ReceiptStatus.Standing) -> String {
        switch standing {
        case .good: "Nothing stands against it."
        case .disputed: "A moderator has withheld a work that it was made from."
        case .withdrawn: "The artist has withdrawn a work or model that it was made from."
        case .revokedDevice: "The device that made it was revoked since."
        }
    }

    private static func table(_ picture: PictureVerdict) -> Table {
        var table = Table()
        table.add("artist", picture.artist)
        if let title = picture.title { table.add("title", title) }
        table.add(
            "made", picture.isByHand ? "by hand" : "by a model of the artist's works")
        if let works = picture.works { table.add("works", "\(works)") }
        for source in picture.sources {
            table.add("work", source.title ?? "", String(source.sha256.prefix(16)))
        }
        table.add("training", picture.allowsTraining ? "allowed" : "not allowed")
        if let key = picture.serverKey {
            table.add("server key", ServerFingerprint(key: key).description)
        }
        return table
    }

    /// What `--json` prints.
    private struct Shown: Encodable {
        let found: Verification
        let standing: ReceiptStatus.Standing?

        init(_ found: Verification, _ standing: ReceiptStatus.Standing?) {
            (self.found, self.standing) = (found, standing)
        }

        private enum CodingKeys: String, CodingKey { case standing }

        func encode(to encoder: any Encoder) throws {
            try found.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encodeIfPresent(standing, forKey: .standing)
        }
    }
}

/// A server's public key of 64 hexadecimal digits, or its fingerprint of 32.
struct ServerKeyArgument: ExpressibleByArgument {
    let fingerprint: ServerFingerprint

    init?(argument: String) {
        let text = argument.lowercased()
        if let key = VerifyingKey(hex: text) {
            fingerprint = ServerFingerprint(key: key)
        } else if let fingerprint = ServerFingerprint(hex: text) {
            self.fingerprint = fingerprint
        } else {
            return nil
        }
    }
}
