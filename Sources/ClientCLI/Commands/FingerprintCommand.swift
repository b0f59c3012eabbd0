import ArgumentParser
import AtelierLibrary

/// The hashes by which a community's server finds a picture.
struct FingerprintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fingerprint",
        abstract: "Print the fingerprints of a picture; needs no library and no account.",
        discussion: """
            Eight PDQ hashes: the picture as it is first, then mirrored and transposed. With \
            --json it is the body of an inquiry, POST /v1/rights/inquiries, which asks whether \
            somebody has registered a work like it. The picture is not sent. A quality below 50 \
            is too little detail: unrelated pictures would match.
            """)

    @Flag(help: "Print the body of an inquiry.") var json = false
    @Argument(help: "The picture.", completion: .file()) var file: FileArgument

    func run() throws {
        let read = try PictureFingerprints(of: try file.url)
        if json { return try JSONOutput.show(read) }
        var table = Table()
        for hash in read.hashes { table.add("hash", hash) }
        table.add("quality", "\(read.quality) of 100")
        table.show()
        guard !read.isReliable else { return }
        Terminal.note("Too little detail: unrelated pictures would match it.")
    }
}
