import ArgumentParser
import AtelierLibrary
import AtelierProtocol

extension WorksCommand {
    /// The works that a command about rights is for.
    struct ChosenWorks: ParsableArguments {
        @Argument(help: "The ids, or the start or end of each.") var ids: [String] = []
        @Flag(help: "All works.") var all = false

        func validate() throws {
            guard all != !ids.isEmpty else {
                throw ValidationError("Choose the works: their ids, or --all.")
            }
        }

        func works(in library: Library) throws -> [WorkID] {
            all ? try library.works.ids() : try ids.map { try library.workID($0) }
        }
    }

    struct Reserve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Reserve works: nobody else in this community may train on them.",
            discussion: """
                Every client pulls the list of reservations with each sync, and refuses what looks \
                like an entry, offline too. Your own use stays free. The server gets fingerprints \
                and hashes, no picture and no title.
                """)

        @OptionGroup var options: LibraryOptions
        @OptionGroup var chosen: ChosenWorks

        func run() async throws {
            let library = try options.open()
            let reserved = try await library.rights.reserve(try chosen.works(in: library))
            try WorksCommand.tell(reserved, options)
        }
    }

    struct Unreserve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End the reservations of works, or of a work that was removed.")

        @OptionGroup var options: LibraryOptions
        @Argument(help: "Ids of works, or the start or end of each; or numbers of reservations.")
        var ids: [String] = []
        @Flag(help: "All works.") var all = false

        func validate() throws {
            guard all != !ids.isEmpty else {
                throw ValidationError(
                    "Choose what ends: ids of works, numbers of reservations, or --all.")
            }
        }

        func run() async throws {
            let library = try options.open()
            let own = try library.rights.ownReservations()
            var (works, removed): ([WorkID], [Int]) = (all ? try library.works.ids() : [], [])
            for id in ids {
                guard let found = own.first(where: { "\($0.number ?? 0)" == id }) else {
                    works.append(try library.workID(id))
                    continue
                }
                if let other = try? library.workID(id), other != found.work {
                    throw ValidationError(
                        "\(id) is a reservation and a work too: write more of the work's id.")
                }
                if let work = found.work {
                    works.append(work)
                } else {
                    removed += [found.number ?? 0]
                }
            }
            var ended: [OwnReservation] = []
            for number in removed { ended.append(try await library.rights.endReservation(number)) }
            let reserved =
                works.isEmpty ? [] : try await library.rights.reserve(works, .withdraw)
            if options.json { return try JSONOutput.show(Ended(works: reserved, removed: ended)) }
            if !ended.isEmpty { WorksCommand.tell(ended) }
            if !reserved.isEmpty { try WorksCommand.tell(reserved, options) }
        }

        private struct Ended: Encodable {
            let works: [WorkReservation]
            let removed: [OwnReservation]
        }
    }

    struct Reservations: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List your reservations as of the last sync; offline.")

        @OptionGroup var options: LibraryOptions

        func run() throws {
            let own = try options.open().rights.ownReservations()
            if options.json { return try JSONOutput.show(["reservations": own]) }
            WorksCommand.tell(own)
            if own.isEmpty { Terminal.note("No reservations: atelier works reserve ID") }
        }
    }

    private static func tell(_ own: [OwnReservation]) {
        var table = Table()
        for entry in own {
            table.add(
                entry.number.map { "reservation \($0)" } ?? "no number yet",
                entry.work == nil ? "a removed work" : entry.title,
                entry.isEnding
                    ? "ends with the next sync" : words(entry.state, isInForce: entry.isInForce),
                entry.words)
        }
        table.show()
    }

    private static func tell(_ works: [WorkReservation], _ options: LibraryOptions) throws {
        if options.json {
            try JSONOutput.show(["works": works])
        } else {
            var table = Table()
            for work in works {
                let number = work.number.map { "reservation \($0)" } ?? "not reserved"
                table.add(
                    Terminal.dim(work.work.short), work.title, number,
                    Self.words(work.state, isInForce: true),
                    work.reason)
            }
            table.show()
        }
        guard works.allSatisfy(\.reason.isEmpty) else { throw ExitStatus.refused.code }
    }

    private static func words(_ state: ReservationState?, isInForce: Bool) -> String {
        switch state {
        case nil: ""
        case .confirmed where !isInForce: "confirmed, but off the list: see atelier status"
        case .pending: "waits for a moderator; it stops nobody yet"
        case .confirmed: "in force"
        case .refused: "refused by a moderator"
        case .withdrawn: "ended"
        }
    }
}
