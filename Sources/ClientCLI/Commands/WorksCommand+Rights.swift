import ArgumentParser
import AtelierLibrary
import AtelierProtocol
import Foundation

extension WorksCommand {
    struct Protect: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write copies that say that no AI may be trained on them.",
            discussion: """
                The mark is XMP (plus:DataMining), which other programs read too. Pixels and other \
                metadata stay as they are; the works in the library do not change. A C2PA \
                manifest is left out, as it would be invalid in the copy.
                """)

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The ids, or the start or end of each.") var ids: [String]
        @Option(name: .customLong("out"), help: "The folder of the copies.", completion: .directory)
        var folder: FileArgument
        @OptionGroup var force: ForceOption

        func run() throws {
            let library = try options.open()
            let copies = try library.works.protect(
                try ids.map { try library.workID($0) }, to: try folder.url,
                replacing: force.force)
            if options.json { return try JSONOutput.show(["copies": copies]) }
            for copy in copies {
                Terminal.say(copy.file)
                guard copy.isWithoutManifest else { continue }
                Terminal.note(
                    "\(copy.file) is without the C2PA manifest of \(copy.work.short): the manifest "
                        + "covers the original's bytes and would be invalid. The original keeps it."
                )
            }
        }
    }
}

extension WorksCommand {
    struct Certificate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the deletion certificate of a removed work, or check one.",
            discussion: """
                It says, signed, on which devices nothing is left of the work and of the models \
                that learned from it, and which devices have not said so yet.
                """)

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The id of the removed work, or the start or end of it.") var id: String?
        @Option(help: "Write it to this file, with its signature.", completion: .file())
        var out: FileArgument?
        @Option(help: "Check the signatures of the certificate in this file.", completion: .file())
        var check: FileArgument?
        @OptionGroup var force: ForceOption

        func validate() throws {
            guard (id == nil) != (check == nil) else {
                throw ValidationError("Name a removed work, or a file with --check FILE.")
            }
        }

        func run() throws {
            if let check {
                let report = try CertificateReport(readingFile: try check.url)
                try show(report)
                return Terminal.note(
                    report.account.map {
                        "Every signature holds; the devices are of account \($0)."
                    }
                        ?? "Every signature holds; the device has no account.")
            }
            let library = try options.open()
            let ids = try library.rights.removedWorks()
            let found = try Lookup(kind: "removed work", list: .listWorks).id(id ?? "", among: ids)
            let report = try library.rights.certificate(ofRemoved: found)
            if let out {
                try library.rights.write(report, to: try out.url, replacing: force.force)
            }
            try show(report)
            if let out { Terminal.note(out.shown) }
        }

        private func show(_ report: CertificateReport) throws {
            if options.json { return try JSONOutput.show(report.summary) }
            Terminal.say(report.text)
        }
    }
}
