import ArgumentParser
import AtelierLibrary
import AtelierProtocol
import Fingerprints

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
        let inquiry = try InquiryRequest(readingPicture: try file.url)
        if json { return try JSONOutput.show(inquiry) }
        var table = Table()
        for variant in inquiry.reading.variants { table.add("hash", variant.description) }
        table.add("quality", "\(inquiry.reading.quality) of 100")
        table.show()
        guard !inquiry.reading.isReliable else { return }
        Terminal.note("Too little detail: unrelated pictures would match it.")
    }
}
