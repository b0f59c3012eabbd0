import ArgumentParser
import AtelierLibrary
import SignedObjects

/// Values that were lost when two devices changed the same.
struct ConflictsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conflicts",
        abstract: "List what was lost when two devices changed the same, and restore it.",
        discussion: "Kept for 30 days on the device that found it.",
        subcommands: [List.self, Restore.self, Dismiss.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List them, newest first.")

        @OptionGroup var options: LibraryOptions

        func run() throws {
            let conflicts = try options.open().sync.conflicts()
            if options.json { return try JSONOutput.show(["conflicts": conflicts]) }
            var table = Table()
            for conflict in conflicts {
                table.add(
                    "\(conflict.id)", Formatting.moment(conflict.foundAt), conflict.kind.rawValue,
                    "\(conflict.table) \(conflict.row.short)",
                    ConflictsCommand.words(conflict))
            }
            table.show()
            if conflicts.isEmpty { Terminal.note("No conflicts.") }
        }
    }

    struct Restore: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the lost values again, on all devices.")

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The conflict's number.") var id: Int

        func run() throws {
            let conflict = try options.open().sync.restoreConflict(id)
            if options.json { return try JSONOutput.show(conflict) }
            Terminal.say("restored: \(ConflictsCommand.words(conflict))")
        }
    }

    struct Dismiss: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a conflict from the list; nothing else changes.")

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The conflict's number.") var id: Int

        func run() throws {
            let conflict = try options.open().sync.dismissConflict(id)
            if options.json { return try JSONOutput.show(conflict) }
            Terminal.say("dismissed: \(ConflictsCommand.words(conflict))")
        }
    }

    /// Such as `title "Heron" lost to "Crane"`.
    private static func words(_ conflict: LibraryConflict) -> String {
        guard conflict.kind != .removed else {
            let name = conflict.lost["title"] ?? conflict.lost["name"] ?? conflict.lost["tag"] ?? ""
            return "removed elsewhere\(name.isEmpty ? "" : ": \"\(name.prefix(60))\"")"
        }
        return conflict.lost.sorted { $0.key < $1.key }.map { column, lost in
            let standing = conflict.standing[column] ?? ""
            return "\(column) \"\(lost.prefix(60))\" lost to \"\(standing.prefix(60))\""
        }.joined(separator: "; ")
    }
}
