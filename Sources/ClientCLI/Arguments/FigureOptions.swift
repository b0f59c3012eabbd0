import ArgumentParser
import AtelierLibrary

/// The options that ask for a figure.
struct FigureOptions: ParsableArguments {
    @Flag(help: "Make a new character from works with landmarks.") var figure = false
    @Option(help: "The work that gives a figure's body and pose (default: by the seed).")
    var pose: String?
    @Option(help: "The work that gives its head.") var head: String?
    @Option(help: "The work that gives its colours.") var colours: String?

    func validate() throws {
        guard figure || pose == nil && head == nil && colours == nil else {
            throw ValidationError("--pose, --head and --colours need --figure.")
        }
    }

    /// The kind of picture; nil where it is no figure.
    func kind(in library: Library) throws -> GenerationOrder.Kind? {
        guard figure else { return nil }
        return .figure(
            pose: try pose.map { try library.workID($0) },
            head: try head.map { try library.workID($0) },
            colours: try colours.map { try library.workID($0) })
    }
}
