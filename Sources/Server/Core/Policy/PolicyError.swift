/// A line of a policy file that cannot be meant; nothing of the file is used.
struct PolicyError: Error, Equatable, CustomStringConvertible {
    /// From 1.
    let line: Int
    /// With its table's name, such as `credits.free`; nil where the line has none.
    let key: String?
    /// What is wrong with it.
    let reason: String
    /// The file, once it is known.
    var path = ""

    var description: String {
        let place = path.isEmpty ? "Line \(line)" : "\(path), line \(line)"
        return "\(place): \(key.map { "\($0) " } ?? "")\(reason)."
    }
}
