/// A place where a rule is broken.
struct Finding: Equatable, CustomStringConvertible {
    let path: String
    /// From 1; 0 speaks of the file as a whole.
    let line: Int
    let message: String

    var description: String { line == 0 ? "\(path): \(message)" : "\(path):\(line): \(message)" }
}
