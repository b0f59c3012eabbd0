import ArgumentParser
import AtelierServer

/// Ends a command with words on standard error and the code that scripts rely on.
enum Failure {
    /// Runs `body`; says what went wrong, if anything, and ends with its code.
    ///
    /// - Parameter isAct: Whether `body` changes something before it says so: where only the saying
    ///   fails, that is told.
    static func reported(isAct: Bool = false, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as OutputError where isAct && error.consequence.isEmpty {
            throw report(error.with(consequence: "What was asked for is done all the same."))
        } catch {
            throw report(error)
        }
    }

    /// Says what went wrong and gives the code to end with.
    static func report(_ error: any Error) -> ExitCode {
        let (text, code) = ServerFailure.explain(error)
        Printer.note("atelier-server: \(text)")
        return ExitCode(code)
    }
}
