import ArgumentParser

/// Whether an existing file is replaced: the same option for every command that writes one.
struct ForceOption: ParsableArguments {
    @Flag(help: "Replace an existing file.") var force = false
}
