import ArgumentParser

/// `proofs`.
struct ProofsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proofs",
        abstract: "Print proofs of pushes by one device, for who sends what is not of them.")

    @OptionGroup var target: Target
    @Option(help: "How many.") var count = 1000

    func run() async throws {
        let device = try await LoadDevice(at: target.server, invite: target.codes().first ?? "")
        for _ in 0..<count { print(try device.proof("POST", "/v1/segments", [])) }
    }
}
