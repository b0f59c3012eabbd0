import ArgumentParser
import AtelierLibrary

/// Whether an existing file is replaced: the same option for every command that writes one.
struct ForceOption: ParsableArguments {
    @Flag(help: "Replace an existing file.") var force = false
}

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

/// Whether to act without asking: the same option for every command that asks first.
struct ConfirmationOption: ParsableArguments {
    @Flag(help: "Do not ask.") var yes = false

    /// Asks before something that cannot simply be undone.
    ///
    /// - Parameters:
    ///   - question: What is agreed to.
    ///   - act: What `--yes` would do, such as `remove it`.
    ///   - refusal: What is said where the answer is no.
    ///   - preparing: Says what would happen, before the question.
    /// - Throws: `ValidationError` where nobody can be asked; the exit status 1 after a no.
    func confirm(
        _ question: String, to act: String, refusal: String = "Nothing was removed.",
        preparing: () -> Void = {}
    ) throws {
        if yes { return }
        preparing()
        guard Terminal.canAsk else {
            throw ValidationError("There is no terminal to ask: add --yes to \(act).")
        }
        guard Terminal.confirms(question) else {
            Terminal.note(refusal)
            throw ExitStatus.failed.code
        }
    }
}

/// A rectangle on a work, as `--keep` and `--avoid` take it.
struct AreaOption: ExpressibleByArgument {
    let marked: MarkedArea

    init?(argument: String) {
        guard let marked = MarkedArea(argument) else { return nil }
        self.marked = marked
    }
}

/// Numbers of drafts, such as `1,4`.
struct PickedDrafts: ExpressibleByArgument {
    let numbers: [Int]

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0) }
        guard numbers.count == parts.count, (1...9).contains(numbers.count),
            Set(numbers).count == numbers.count
        else { return nil }
        self.numbers = numbers
    }
}

/// Width and height as `512x512`.
struct PictureSize: ExpressibleByArgument, CustomStringConvertible {
    let width: Int
    let height: Int

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    init?(argument: String) {
        let sides = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false)
        guard
            sides.count == 2, let width = Int(sides[0]), let height = Int(sides[1]),
            width > 0, height > 0
        else { return nil }
        self.init(width: width, height: height)
    }

    var description: String { "\(width)x\(height)" }
    var defaultValueDescription: String { description }
}
