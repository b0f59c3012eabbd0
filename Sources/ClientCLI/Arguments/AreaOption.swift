import ArgumentParser
import AtelierLibrary

/// A rectangle on a work, as `--keep` and `--avoid` take it.
struct AreaOption: ExpressibleByArgument {
    let marked: MarkedArea

    init?(argument: String) {
        guard let marked = MarkedArea(argument) else { return nil }
        self.marked = marked
    }
}
