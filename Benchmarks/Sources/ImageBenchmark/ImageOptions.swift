/// What the command line asks for.
struct ImageOptions {
    /// A word that was not understood.
    struct Mistake: Error, CustomStringConvertible {
        let description: String
    }

    static let help = """
        Usage: Scripts/benchmark images [options]

        Draws with works that are painted by the program, each case in a process of its own, and
        prints CPU seconds, also as a ratio to the floor that was measured in the same process: the
        patch comparisons that the method must make, at the kernel's own speed, and one pass over
        the works' pixels. The pause is the longest time for which a drawing does not ask whether
        to stop.

          --signing     instead: writing pictures of 2,048 px with XMP and manifest against without
          --json        everything as JSON instead of a table
          --reps N      repetitions, of which medians are shown (3)
          --cases A,B   which cases: \(DrawingCase.all.map(\.name).joined(separator: " "))
        """

    private(set) var isJSON = false
    private(set) var showsHelp = false
    private(set) var measuresSigning = false
    private(set) var repetitions = 3
    private(set) var cases = DrawingCase.all
    /// The one case that this process measures.
    private(set) var single: String?

    init(_ words: some Sequence<String>) throws {
        var words = Array(words)[...]
        while let word = words.popFirst() {
            switch word {
            case "--json": isJSON = true
            case "--signing": measuresSigning = true
            case "--help", "-h": showsHelp = true
            case "--reps":
                guard let number = words.popFirst().flatMap({ Int($0) }), number > 0 else {
                    throw Mistake(description: "--reps needs a number above 0")
                }
                repetitions = number
            case "--single": single = words.popFirst()
            case "--cases":
                let names = (words.popFirst() ?? "").split(separator: ",").map(String.init)
                cases = DrawingCase.all.filter { names.contains($0.name) }
                guard cases.count == names.count, !cases.isEmpty else {
                    throw Mistake(description: "--cases names a case that there is not")
                }
            default: throw Mistake(description: "'\(word)' is not understood")
            }
        }
    }
}
