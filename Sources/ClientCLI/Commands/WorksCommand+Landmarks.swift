import ArgumentParser
import AtelierLibrary
import Foundation

extension WorksCommand {
    struct Landmarks: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print, set, propose, draw or remove the landmarks that figures need.",
            discussion: """
                Landmarks are ten points, the way the head looks, its outline, and strokes along \
                forearms and held things, in JSON; see Docs/commands.md and Docs/ARTISTS.md. A \
                model carries those that its works have when it is trained.
                """)

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The id, or the start or end of it.") var id: String
        @Option(
            help: "Set the landmarks in this JSON file; - reads standard input.",
            completion: .file(extensions: ["json"]))
        var figure: FileArgument?
        @Flag(help: "Print the landmarks with a proposed outline of the head; sets nothing.")
        var propose = false
        @Option(help: "Draw the landmarks over the work into this file.", completion: .file())
        var show: FileArgument?
        @OptionGroup var force: ForceOption
        @Flag(help: "Remove the landmarks.") var remove = false

        func validate() throws {
            guard !remove || figure == nil && !propose && show == nil else {
                throw ValidationError("--remove goes alone: it removes the landmarks.")
            }
        }

        func run() throws {
            let library = try options.open()
            let work = try library.works.work(try library.workID(id))
            if remove { return try tell(try library.works.setLandmarks(nil, of: work.id)) }
            var marks = work.landmarks
            if let figure {
                marks = try read(figure, for: work, library)
            }
            guard var marks else {
                if options.json { return try JSONOutput.show(Printed(work)) }
                if propose || show != nil { throw WorkError.noLandmarks(title: work.title) }
                return Terminal.note(Failure(WorkError.noLandmarks(title: work.title)).message)
            }
            if propose {
                let proposal = try library.works.withProposedOutline(marks, of: work)
                marks = proposal.marks
                if !proposal.layers.isEmpty {
                    let names = Formatting.list(proposal.layers)
                    Terminal.note("The outline is that of the work's layers: \(names).")
                }
            }
            if let show {
                try library.works.draw(
                    marks, of: work, to: try show.url, replacing: force.force)
            }
            if figure != nil, !propose {
                return try tell(try library.works.setLandmarks(marks, of: work.id))
            }
            if options.json { return try JSONOutput.show(Printed(work, marks)) }
            if let show, !propose { return Terminal.say(show.shown) }
            Terminal.say(library.works.text(of: marks))
        }

        /// Without the outline only where one is proposed.
        private func read(
            _ file: FileArgument, for work: Work, _ library: Library
        ) throws -> WorkLandmarks {
            guard file.shown == "-" else {
                return try library.works.landmarks(
                    in: try file.url, for: work, needsOutline: !propose)
            }
            let text = try FileHandle.standardInput.read(upToCount: 1 << 20) ?? Data()
            return try library.works.landmarks(
                json: Array(text), named: "Standard input", for: work, needsOutline: !propose)
        }

        private func tell(_ work: Work) throws {
            if options.json { return try JSONOutput.show(Printed(work)) }
            guard work.landmarks != nil else {
                return Terminal.say("\(Terminal.dim(work.id.short))  \(work.title)  no landmarks")
            }
            Terminal.say("\(Terminal.dim(work.id.short))  \(work.title)  landmarks set")
            Terminal.note("A model carries them once it is trained: atelier models train NAME.")
        }
    }
}

/// The object that is printed.
private struct Printed: Encodable {
    let work: WorkID
    let landmarks: WorkLandmarks?

    init(_ work: Work, _ marks: WorkLandmarks? = nil) {
        self.work = work.id
        landmarks = marks ?? work.landmarks
    }
}
