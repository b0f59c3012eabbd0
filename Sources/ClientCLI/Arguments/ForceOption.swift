import ArgumentParser

/// Whether a file that is there gives way: the same option for every command that writes one.
struct ForceOption: ParsableArguments {
    @Flag(help: "Write over a file that is there.") var force = false
}
