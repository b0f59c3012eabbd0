import ArgumentParser
import AtelierLibrary
import Foundation
import SignedObjects

/// Whether a picture is a generation of this account.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check whether a picture is a countersigned generation.",
        discussion: """
            Recognises a file by its bytes, or by its pixels where it was exported without the \
            watermark. Exit code 1 for an unknown picture.
            """)

    @OptionGroup var options: LibraryOptions
    @Argument(help: "The picture.", completion: .file()) var file: FileArgument

    func run() throws {
        let generations = try options.open().generations
        let found = try generations.verify(try file.url)
        if options.json {
            try JSONOutput.show(found)
        } else {
            Terminal.say(words(found))
            if found.verdict == .unknown { try tellMark(in: generations) }
        }
        if found.verdict == .unknown { throw ExitStatus.failed.code }
    }

    /// Names the generation of a picture that was changed since, such as scaled by a website.
    private func tellMark(in generations: GenerationService) throws {
        guard
            let mark = try generations.findMark(in: try file.url),
            let made = mark.generations.first
        else { return }
        Terminal.say(
            "Its hidden mark is that of \(made.id.short). "
                + "A mark can be copied, so this is a hint, not proof.")
    }

    private func words(_ found: Verification) -> String {
        let name = found.generation.map { " (\($0.short))" } ?? ""
        switch found.verdict {
        case .countersigned:
            let time = found.countersignedAt.map { " on \(Formatting.moment($0))" } ?? ""
            return "countersigned\(name) by \(found.server)\(time)"
        case .signed: return "signed by this device, not countersigned\(name)"
        case .unknown:
            return "unknown\(name): not a generation of this account, or changed since it was made"
        }
    }
}
