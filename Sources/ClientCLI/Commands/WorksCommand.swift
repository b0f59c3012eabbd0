import ArgumentParser
import AtelierLibrary
import AtelierProtocol
import Foundation
import SignedObjects

/// The works that models may learn from.
struct WorksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "works", abstract: "Add, list, show, edit, remove and restore works.",
        subcommands: [
            Add.self, List.self, Show.self, Edit.self, Landmarks.self, Remove.self, Trash.self,
            Restore.self, Protect.self, Sign.self, Reserve.self, Unreserve.self,
            Reservations.self,
            Certificate.self,
        ])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add pictures with a signed statement of the rights.",
            discussion: """
                PNG, JPEG, WebP, TIFF, HEIC, AVIF, JPEG XL; of OpenRaster, Krita and Photoshop \
                files the merged picture; of Clip Studio and Procreate files the preview in \
                them, whose size is told. The file is kept as it is.
                """)

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The files.", completion: .file()) var files: [FileArgument]
        @Flag(help: "You made the works and hold the rights.") var mine = false
        @Option(help: "Works of somebody else: the text of the licence that allows this.")
        var licensed: String?
        @Option(help: "Works that somebody else ordered: the text of the agreement.")
        var commissioned: String?
        @Flag(help: "Marks against AI training in the files are your own.") var ownMark = false
        @Flag(help: "You looked at marks that cannot be read here, and they forbid nothing.")
        var markChecked = false
        @Option(help: "The title of a single work (default: the file's name).") var title: String?
        @Option(name: .customLong("tag"), help: "A tag; may be repeated.") var tags: [String] = []
        @Option(help: "A note.") var note = ""

        func validate() throws {
            let choices = [mine, licensed != nil, commissioned != nil]
            guard choices.count(where: { $0 }) == 1 else {
                throw ValidationError(
                    "Choose the rights: --mine for your own works, --licensed TEXT or "
                        + "--commissioned TEXT. "
                        + "A model may only learn from works that you have the rights to use.")
            }
            guard mine || !ownMark else {
                throw ValidationError("--own-mark goes with --mine only.")
            }
            guard !(ownMark && markChecked) else {
                throw ValidationError("Choose --own-mark or --mark-checked.")
            }
            guard title == nil || files.count == 1 else {
                throw ValidationError("--title needs a single file.")
            }
        }

        func run() throws {
            let library = try options.open()
            var added: [AddedWork] = []
            var refusal: (any Error)?
            for file in files {
                do {
                    let result = try add(file, to: library)
                    added.append(result)
                    if !options.json { tell(result) }
                } catch let error where Self.isAboutOneFile(error) {
                    // The other files are added all the same.
                    Terminal.complain(Failure(error).message)
                    refusal = error
                } catch {
                    // The works that were added stay, and are listed.
                    if options.json { try JSONOutput.show(["works": added]) }
                    if files.count > 1 { Terminal.note("Stopped at \(file.shown).") }
                    throw error
                }
            }
            if options.json { try JSONOutput.show(["works": added]) }
            if let refusal { throw ExitStatus(for: refusal).code }
        }

        /// Adds a file; where what it says cannot be read, the person may be asked.
        private func add(_ file: FileArgument, to library: Library) throws -> AddedWork {
            func add(_ answer: MarkAnswer) throws -> AddedWork {
                try library.works.add(
                    try file.url, rights: rights, answer: answer, title: title, tags: tags,
                    note: note)
            }
            do {
                return try add(ownMark ? .own : markChecked ? .checked : .none)
            } catch let error as RightsError {
                guard case .unreadableMark = error, Terminal.canAsk else { throw error }
                Terminal.complain(error.description)
                guard Terminal.confirms("Did you look, and may models learn from it?") else {
                    throw ExitStatus(for: error).code
                }
                return try add(.checked)
            }
        }

        private var rights: WorkRights {
            if let licensed { return .licensed(licensed) }
            if let commissioned { return .commissioned(commissioned) }
            return .mine
        }

        /// Whether another file may do where this one did not.
        private static func isAboutOneFile(_ error: any Error) -> Bool {
            switch error {
            case LibraryError.notAPicture, LibraryError.tooLarge, LibraryError.unreadable: true
            default: error is RightsError
            }
        }

        private func tell(_ added: AddedWork) {
            let work = added.work
            let size = "\(work.width) × \(work.height)"
            let known = added.isDuplicate ? "in the library already, not added again" : size
            Terminal.say("\(Terminal.dim(work.id.short))  \(work.title)  \(known)")
            for note in added.notes { Terminal.note(note) }
            guard let twin = added.resemblance else { return }
            Terminal.note(
                "It looks like \(twin.work.short) \(twin.title), which is in the library already "
                    + "(\(twin.differingBits) of 256 bits differ). Both are kept; to remove one: "
                    + "atelier works remove \(work.id.short)")
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the works.")

        @OptionGroup var options: LibraryOptions
        @Option(help: "Only works with this tag.") var tag: String?

        func run() throws {
            let library = try options.open()
            let withheld = try library.withheldReceipts()
            let works = withheld.marking(try library.works.all(tag: tag))
            if options.json { return try JSONOutput.show(["works": works]) }
            var table = Table()
            let reserved = Set(
                try library.rights.ownReservations().filter { $0.isInForce }
                    .compactMap(\.work))
            for work in works {
                table.add(
                    Terminal.dim(work.id.short), work.title, "\(work.width) × \(work.height)",
                    work.basis, Formatting.place(work.file, work.deviceName),
                    work.landmarks == nil ? "" : "landmarks",
                    reserved.contains(work.id) ? "reserved" : "",
                    work.withheldIn == nil ? "" : "withheld",
                    work.tags.map { "#\($0)" }.joined(separator: " "))
            }
            table.show()
            guard works.isEmpty else { return }
            if let tag {
                Terminal.note("No work has the tag \"\(tag)\".")
            } else {
                Terminal.note("No works yet: atelier works add FILE --mine")
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one work.")

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The id, or the start or end of it.") var id: String

        func run() throws {
            let library = try options.open()
            let withheld = try library.withheldReceipts()
            let found = try library.works.work(try library.workID(id))
            let work = withheld.marking([found]).first ?? found
            if options.json { return try JSONOutput.show(work) }
            WorksCommand.tell(work)
            if work.withheldIn != nil {
                Terminal.say(
                    "models that learned from it get no receipts: "
                        + Formatting.withheld(work.withheldIn, withheld))
            }
            guard let number = try library.rights.reservationNumber(of: work.id) else { return }
            Terminal.say("reserved: nobody else may train on it (reservation \(number))")
        }
    }

    struct Edit: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change a work's title, note, tags and marked areas.",
            discussion: """
                An area is LEFT,TOP,RIGHT,BOTTOM in per cent of the picture: --keep 10,5,40,60. \
                A mask becomes such areas, slightly larger than what is painted. They apply at \
                once to every model that learned from the work.
                """)

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The id, or the start or end of it.") var id: String
        @Option(help: "The new title.") var title: String?
        @Option(help: "The new note.") var note: String?
        @Option(name: .customLong("tag"), help: "Add a tag; may be repeated.")
        var tags: [String] = []
        @Option(name: .customLong("untag"), help: "Remove a tag; may be repeated.")
        var untags: [String] = []

        @Option(help: "Keep this area whole, such as a face; may be repeated.")
        var keep: [AreaOption] = []
        @Option(help: "Take nothing from this area; may be repeated.") var avoid: [AreaOption] = []
        @Option(
            help: """
                Take nothing from what is painted in this picture of the work's shape: on a \
                layer with transparency, or in white on black.
                """, completion: .file())
        var avoidMask: FileArgument?
        @Flag(help: "Clear the areas that were marked before.") var clearAreas = false

        func run() throws {
            let library = try options.open()
            let id = try library.workID(self.id)
            var areas: WorkAreas?
            if clearAreas || avoidMask != nil || !keep.isEmpty || !avoid.isEmpty {
                let work = try library.works.work(id)
                var marked = clearAreas ? WorkAreas() : work.areas
                marked.keptWhole += keep.map(\.marked.area)
                marked.avoided += avoid.map(\.marked.area)
                if let avoidMask {
                    marked.avoided += try library.works.areas(
                        paintedIn: try avoidMask.url, over: work, besides: marked.count)
                }
                areas = marked
            }
            let work = try library.works.edit(
                id, title: title, note: note, adding: tags, removing: untags, areas: areas)
            if options.json { return try JSONOutput.show(work) }
            WorksCommand.tell(work)
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a work and every model that learned from it, on all devices.",
            discussion: """
                The work's file stays in the trash for 30 days; its models are deleted at once. \
                With --now, an object in the trash can be named too, and is deleted for good.
                """)

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The id, or the start or end of it.") var id: String
        @OptionGroup var ending: ForGoodOption
        @OptionGroup var confirmation: ConfirmationOption

        func run() throws {
            let library = try options.open(freesRoom: true)
            let planned: WorkRemoval
            do {
                planned = try library.withdrawals.consequences(
                    ofRemoving: try library.workID(id))
            } catch let error as LookupError {
                guard ending.isForGood, case .unknown = error else { throw error }
                return try WorksCommand.erase(id, in: library, options, confirmation)
            }
            try confirmation.confirm("Remove it on all devices?", to: "remove it") {
                tell(planned, "will be removed")
            }
            let removal = try library.withdrawals.remove(
                planned.work.id, forGood: ending.isForGood)
            if options.json { return try JSONOutput.show(removal) }
            tell(removal, "removed")
            Terminal.note(ending.outlook)
        }

        private func tell(_ removal: WorkRemoval, _ verb: String) {
            Terminal.note("Work \"\(removal.work.title)\": \(verb).")
            if let number = removal.reservation {
                Terminal.note("Reservation \(number): ends with the work, at the next sync.")
            }
            for model in removal.models { Terminal.note("Model \"\(model.name)\": \(verb).") }
            if !removal.generations.isEmpty {
                let count = Formatting.count(removal.generations.count, "generation")
                Terminal.note("\(count): kept, flagged as source withdrawn.")
            }
        }
    }

    static func tell(_ work: Work) {
        var table = Table()
        table.add("id", work.id.description)
        table.add("title", work.title)
        if !work.tags.isEmpty { table.add("tags", work.tags.joined(separator: ", ")) }
        if !work.note.isEmpty { table.add("note", work.note) }
        table.add("picture", "\(work.width) × \(work.height), \(work.format)")
        tell(work.areas.keptWhole.map(MarkedArea.init), as: "kept whole", &table)
        tell(work.areas.avoided.map(MarkedArea.init), as: "avoided", &table)
        table.add("landmarks", work.landmarks == nil ? "none" : "set")
        table.add("rights", work.licence.isEmpty ? work.basis : "\(work.basis): \(work.licence)")
        for mark in work.markTexts { table.add("mark", mark) }
        table.add("added", "\(Formatting.moment(work.createdAt)) on \(work.deviceName)")
        table.add("sha256", work.sha256)
        table.add("file", work.file ?? "on \(work.deviceName)")
        table.show()
    }

    /// A few areas each, and those of a mask in sum.
    private static func tell(_ areas: [MarkedArea], as name: String, _ table: inout Table) {
        guard areas.count > 8 else {
            for area in areas { table.add(name, area.description) }
            return
        }
        let covered = WorkAreas.coverage(areas.map(\.area))
        table.add(name, "\(areas.count) areas, \(covered) % of the picture")
    }
}
