import SignedObjects

/// A search breadth-first from one start; every state is checked once.
package struct LedgerSearch {
    /// Where a search begins.
    package struct Start: Sendable {
        /// In words.
        package let name: String
        /// What has happened before.
        package let prefix: [LedgerModel.Action]
        /// Whether the second device breaks the rules.
        package let isModified: Bool
        /// How many events further the bounded search goes.
        package let depth: Int
        /// Whether the server is backed up and restored on the way.
        package var restores = false
        /// Whether the server's clock goes ahead on the way.
        package var hasClocks = false
        /// Whether models are registered and withheld on the way.
        package var hasRights = false
    }

    /// The starts from which all that matters is near.
    package static let starts =
        [
            Start(name: "a new account", prefix: [], isModified: false, depth: 6),
            Start(
                name: "one device holds both credits", prefix: [.contact(0)], isModified: false,
                depth: 5),
            Start(
                name: "one device has spent both", prefix: [.contact(0), .spend(0), .spend(0)],
                isModified: false, depth: 5),
            Start(
                name: "spent, then expired", prefix: [.contact(0), .spend(0), .wait, .wait],
                isModified: false, depth: 5),
            Start(
                name: "held",
                prefix: [.contact(0), .spend(0), .suspend(timed: false), .contact(0)],
                isModified: false, depth: 5),
            Start(
                name: "a modified device holds both", prefix: [.contact(1)], isModified: true,
                depth: 4),
            Start(
                name: "a modified device was late",
                prefix: [.contact(1), .wait, .wait, .contact(0)], isModified: true, depth: 4),
        ] + restored + handedIn + clocks + rights

    /// Where the server is as it was before much of what the devices hold.
    package static let restored = [
        Start(
            name: "two receipts were lost",
            prefix: [
                .backUpServer, .contact(0), .spend(0), .spend(0), .contact(0), .restoreServer,
            ], isModified: false, depth: 5, restores: true),
        Start(
            name: "two devices hold what was lost",
            prefix: [
                .contact(0), .giveBack(0), .suspend(timed: false), .contact(0), .reinstate,
                .backUpServer, .contact(1), .spend(0), .spend(1), .contact(0), .contact(1),
                .restoreServer,
            ], isModified: false, depth: 5, restores: true),
        Start(
            name: "a suspension was lost",
            prefix: [
                .contact(0), .backUpServer, .suspend(timed: false), .contact(0), .restoreServer,
            ], isModified: false, depth: 5, restores: true),
        Start(
            name: "a backup is there", prefix: [.backUpServer, .contact(0)], isModified: false,
            depth: 5, restores: true),
    ]

    /// Where a server that has asked for what it lost shows what it made of it.
    package static let handedIn =
        restored.prefix(3).map { start in
            Start(
                name: start.name + ", handed in",
                prefix: start.prefix + [.contact(0), .contact(0), .contact(1), .contact(1)],
                isModified: false, depth: 4, restores: true)
        } + [
            Start(
                name: "a lease was lost, handed in",
                prefix: [
                    .backUpServer, .contact(0), .spend(0), .restoreServer, .contact(0), .contact(1),
                    .contact(1), .ask(0),
                ], isModified: false, depth: 4, restores: true)
        ]

    /// Where the server's clock goes ahead, is right again, and the ledger's time is set back.
    package static let clocks = [
        Start(
            name: "the server's clock may go ahead", prefix: [.contact(0)], isModified: false,
            depth: 5, hasClocks: true),
        Start(
            name: "lent in a wrong future",
            prefix: [.setServerClock(ahead: 3), .contact(0), .setServerClock(ahead: 0)],
            isModified: false, depth: 5, hasClocks: true),
        Start(
            name: "lent in a far future",
            prefix: [.setServerClock(ahead: 40), .contact(0), .setServerClock(ahead: 0)],
            isModified: false, depth: 5, hasClocks: true),
        Start(
            name: "a wrong future, set back",
            prefix: [
                .setServerClock(ahead: 3), .contact(0), .setServerClock(ahead: 0), .contact(0),
                .setTimeBack,
            ], isModified: false, depth: 5, hasClocks: true),
    ]

    /// Where spends wait for a registration, or are of a withheld model.
    package static let rights = [
        Start(
            name: "spent before registration", prefix: [.contact(0), .spend(0)],
            isModified: false, depth: 5, hasRights: true),
        Start(
            name: "held for registration",
            prefix: [.contact(0), .spend(0), .spend(0), .contact(0)], isModified: false, depth: 5,
            hasRights: true),
        Start(
            name: "held for registration, and late",
            prefix: [.contact(0), .spend(0), .wait, .wait, .contact(1), .contact(0)],
            isModified: false, depth: 5, hasRights: true),
        Start(
            name: "a model is withheld",
            prefix: [.register(0), .register(1), .contact(0), .spend(0), .withhold(0)],
            isModified: false, depth: 5, hasRights: true),
        Start(
            name: "a work of one model is withheld",
            prefix: [
                .register(0), .register(1), .contact(0), .giveBack(0), .suspend(timed: false),
                .contact(0), .reinstate, .contact(1), .spend(0), .spend(1), .withhold(1),
            ], isModified: false, depth: 5, hasRights: true),
        Start(
            name: "a withholding was lost",
            prefix: [
                .register(0), .contact(0), .backUpServer, .withhold(0), .contact(0), .spend(0),
                .restoreServer,
            ], isModified: false, depth: 5, restores: true, hasRights: true),
        Start(
            name: "a modified device without registration", prefix: [.contact(1)],
            isModified: true, depth: 4, hasRights: true),
    ]

    private var seen: Set<Int>
    private var frontier: [(model: LedgerModel, path: [LedgerModel.Action])]
    /// How many events the search has gone from its start.
    package private(set) var depth = 0

    /// At a start.
    package init(_ start: Start, mistake: LedgerModel.Mistake? = nil) throws {
        var model = LedgerModel(
            secondDeviceIsModified: start.isModified, restores: start.restores,
            hasClocks: start.hasClocks, hasRights: start.hasRights, mistake: mistake)
        for action in start.prefix { try model.perform(action) }
        frontier = [(model, [])]
        seen = [model.hashValue]
    }

    /// How many states were checked.
    package var stateCount: Int { seen.count }

    /// One step further; says the first broken rule and how it came to it.
    package mutating func deepen() throws -> String? {
        var next: [(model: LedgerModel, path: [LedgerModel.Action])] = []
        for (model, path) in frontier {
            for action in model.actions {
                var after = model
                try after.perform(action)
                if let broken = try after.violation(after: action, from: model) {
                    return "\(broken): \(path + [action])"
                }
                if seen.insert(after.hashValue).inserted {
                    next.append((after, path + [action]))
                }
            }
        }
        (frontier, depth) = (next, depth + 1)
        return nil
    }
}
