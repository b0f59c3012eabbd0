import Foundation

/// What a command has to say cannot be written.
public struct OutputError: Error, CustomStringConvertible {
    private let code: Int32
    /// What became of what was done, as a sentence; empty where nothing was.
    public let consequence: String

    /// - Parameters:
    ///   - code: The system's error number.
    ///   - consequence: What became of what was done, as a sentence; empty where nothing was.
    public init(code: Int32, consequence: String = "") {
        self.code = code
        self.consequence = consequence
    }

    /// The same with what became of what was done.
    public func with(consequence: String) -> OutputError {
        OutputError(code: code, consequence: consequence)
    }

    /// The text form.
    public var description: String {
        let text = "Standard output cannot be written: \(String(cString: strerror(code)))."
        return consequence.isEmpty ? text : "\(text) \(consequence)"
    }
}
