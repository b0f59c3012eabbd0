import ArgumentParser
import AtelierServer

/// `openapi`.
struct OpenAPICommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "openapi",
        abstract: "Print the OpenAPI 3.1 document of the routes; `serve` answers with it too.")

    func run() throws {
        try Failure.reported { try Printer.block(try OpenAPI.text(isPretty: true)) }
    }
}
