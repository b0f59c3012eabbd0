import ArgumentParser
import AtelierLibrary
import Foundation

/// Who the pictures of this account say made them.
struct CredentialsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credentials",
        abstract: "Show or set the name with which your pictures are signed.",
        discussion: """
            Without a public name pictures carry a pseudonym. A new name holds for pictures that \
            are exported from then on, and on other devices from a sync within a day.
            """)

    @OptionGroup var options: LibraryOptions
    @Option(help: "The name that your pictures carry from now on.") var publicName: String?
    @Flag(help: "Carry a pseudonym instead of a name.") var noPublicName = false

    func validate() throws {
        guard publicName == nil || !noPublicName else {
            throw ValidationError("Say --public-name NAME or --no-public-name, not both.")
        }
    }

    func run() async throws {
        let library = try options.open()
        if publicName != nil || noPublicName {
            try await library.account.setPublicName(publicName)
        }
        guard let signer = try library.account.signer() else {
            throw PictureSigningError.noCertificate
        }
        if options.json { return try JSONOutput.show(signer) }
        var table = Table()
        table.add(signer.isPublicName ? "public name" : "pseudonym", signer.name)
        table.add("server key", signer.server)
        table.show()
    }
}
