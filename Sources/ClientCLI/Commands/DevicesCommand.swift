import ArgumentParser
import AtelierLibrary
import SignedObjects

/// The devices of the account.
struct DevicesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices", abstract: "Add, list and revoke the devices of your account.",
        subcommands: [Request.self, Approve.self, List.self, Revoke.self])

    struct Request: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "On a new device: request access to your account.")

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The server's address.") var url: String
        @Argument(help: "Your account id, shown by atelier status on the first device.")
        var account: String
        @Option(help: "A name for this device (default: the machine's name).")
        var deviceName: String?

        func run() async throws {
            let library = try await Library.requestingAccess(
                in: try options.folder, server: url, account: account, deviceName: deviceName,
                environment: LibraryOptions.environment)
            let words = library.account.comparisonWords ?? ""
            if options.json {
                return try JSONOutput.show(
                    Requested(device: library.device.description, comparisonWords: words))
            }
            Terminal.say("On the first device, type this command with the six words:")
            Terminal.say()
            Terminal.say("  atelier devices approve " + Terminal.strong(words))
            Terminal.say()
            Terminal.say("Then here: atelier sync")
        }

        private struct Requested: Encodable {
            let device: String
            let comparisonWords: String
        }
    }

    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Approve the waiting device that shows these six words.")

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The six words, as the new device shows them.") var words: [String]

        func run() async throws {
            let device = try await options.open().account.approve(words: words)
            if options.json { return try JSONOutput.show(device) }
            Terminal.say("\"\(device.name)\" is approved. On that device: atelier sync")
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke a lost device: it receives nothing new from now on.",
            discussion: """
                The device keeps what it has; that cannot be undone. From now on your other \
                devices seal their changes with a new key. Credits leased to it return when their \
                leases end.
                """)

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The device's name, or the start or end of its id.")
        var device: String
        @OptionGroup var confirmation: ConfirmationOption

        func run() async throws {
            let library = try options.open()
            try confirmation.confirm(
                "Revoke \"\(device)\" for good?", to: "revoke the device",
                refusal: "Nothing was revoked.")
            let gone = try await library.account.revoke(
                try await library.deviceID(device))
            if options.json { return try JSONOutput.show(gone) }
            Terminal.say(
                "\"\(gone.name)\" is revoked. Your other devices get the new key by: atelier sync")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the account's devices.")

        @OptionGroup var options: LibraryOptions

        func run() async throws {
            let (devices, isCurrent) = try await options.open().account.devices()
            if options.json {
                return try JSONOutput.show(Listed(devices: devices, isCurrent: isCurrent))
            }
            var table = Table()
            for device in devices {
                let id = Terminal.dim(String(device.id.description.suffix(8)))
                table.add(
                    id, device.name, "seen " + Formatting.moment(device.lastSeenAt),
                    device.isThis ? "this device" : device.isRevoked ? "revoked" : "")
            }
            table.show()
            if !isCurrent {
                Terminal.note("The server cannot be reached: this is its last answer.")
            }
        }

        private struct Listed: Encodable {
            let devices: [KnownDevice]
            let isCurrent: Bool
        }
    }
}
