import ArgumentParser

/// The program: parses, calls, prints.
@main
enum Program {
    static func main() async {
        StandardStreams.fill()
        await AtelierServerCommand.main()
    }
}
