import ArgumentParser
import AtelierServer
import Foundation

/// Ends a command with words on standard error and the code that scripts rely on.
enum Failure {
    /// Runs `body`; says what went wrong, if anything, and ends with its code.
    static func reported(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch {
            throw report(error)
        }
    }

    /// Says what went wrong and gives the code to end with.
    static func report(_ error: any Error) -> ExitCode {
        let (text, code) = ServerFailure.explain(error)
        FileHandle.standardError.write(Data("atelier-server: \(text)\n".utf8))
        return ExitCode(code)
    }
}
