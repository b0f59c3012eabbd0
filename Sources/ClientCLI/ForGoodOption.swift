import ArgumentParser

/// Whether something removed goes at once.
struct ForGoodOption: ParsableArguments {
    @Flag(name: .customLong("now"), help: "Leave nothing in the trash: it cannot come back.")
    var isForGood = false

    /// What is told after a removal.
    var outlook: String {
        isForGood
            ? "It cannot come back." : "For 30 days it can come back: atelier works restore."
    }
}
