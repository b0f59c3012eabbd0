import ArgumentParser

/// Whether something removed goes at once.
struct ForGoodOption: ParsableArguments {
    @Flag(
        name: .customLong("now"), help: "Delete at once, without the trash: it cannot be restored.")
    var isForGood = false

    /// What is told after a removal.
    var outlook: String {
        isForGood
            ? "It cannot be restored." : "It can be restored for 30 days: atelier works restore."
    }
}
