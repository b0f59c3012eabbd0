import SyncKit
import TestSupport
import Testing

@Suite struct SyncSessionTests {
    private typealias Event = SyncSession.Event

    private static let server = ServerState(
        milliseconds: 1, epoch: 1, head: 2, floor: 0, horizon: 0)
    private static let empty = PulledPage(segments: [], server: server)
    private static let full = PulledPage(
        segments: [SequencedSegment(sequence: 1, bytes: [1])], server: server)

    // Goal: a session pulls to the end, seals once, pushes to the end and finishes; what a step
    // needs comes with its action.
    @Test func pullsThenSealsThenPushes() throws {
        var session = SyncSession()
        #expect(try session.handle(.started(.nothing, mayWrite: true)) == .pull)
        #expect(try session.handle(.pulled(Self.full)) == .apply(Self.full))
        #expect(try session.handle(.applied(AppliedPage())) == .pull)
        #expect(try session.handle(.pulled(Self.empty)) == .askToWrite)
        #expect(try session.handle(.asked(mayWrite: true, isOvertaken: false)) == .seal)
        let push = SyncSession.Action.push(isOrderKnown: true)
        #expect(try session.handle(.sealed(hasUnsent: true)) == push)
        #expect(try session.handle(.pushed(Self.server, hasUnsent: true)) == push)
        var later = Self.server
        later.head = 9
        #expect(try session.handle(.pushed(later, hasUnsent: false)) == .checkSnapshot(later))
        #expect(try session.handle(.checkedSnapshot(isDue: false)) == .finish)
    }

    // Goal: a server that sends what nobody sealed keeps a run for a while, not for ever. Method:
    // pages of junk without end; then such pages between real ones.
    @Test func junkWithoutEndEndsARun() throws {
        var junk = AppliedPage()
        junk.dropped = 1
        var session = SyncSession()
        _ = try session.handle(.started(.nothing, mayWrite: true))
        for _ in 0..<Limits.junkPages {
            _ = try session.handle(.pulled(Self.full))
            #expect(try session.handle(.applied(junk)) == .pull)
        }
        _ = try session.handle(.pulled(Self.full))
        #expect(throws: SessionError.junk(pages: Limits.junkPages + 1)) {
            try session.handle(.applied(junk))
        }
        junk.changes = 1
        #expect(try session.handle(.applied(junk)) == .pull)
    }

    // Goal: what an earlier sync sealed goes first: a pull tells the others that this device holds
    // what they deleted, and nothing older may come after it.
    @Test func whatWasSealedBeforeGoesFirst() throws {
        var session = SyncSession()
        let push = SyncSession.Action.push(isOrderKnown: false)
        #expect(try session.handle(.started(.unsent, mayWrite: true)) == push)
        #expect(try session.handle(.pushed(Self.server, hasUnsent: true)) == push)
        #expect(try session.handle(.pushed(Self.server, hasUnsent: false)) == .pull)
    }

    // Goal: where it cannot go first it is not sent as it is any more, in this run or another.
    @Test(arguments: [Event.refusedAsFork, .refusedToWrite, nil])
    func whatWasOvertakenIsSealedAnew(refusal: SyncSession.Event?) throws {
        var session = SyncSession()
        _ = try session.handle(.started(.unsent, mayWrite: refusal != nil))
        if let refusal { #expect(try session.handle(refusal) == .noteOvertaken) }
        #expect(try session.handle(.notedOvertaken) == .pull)
        #expect(try session.handle(.pulled(Self.empty)) == .askToWrite)
        let answer = Event.asked(mayWrite: refusal != nil, isOvertaken: true)
        #expect(
            try session.handle(answer) == (refusal == .refusedAsFork ? .rotateReplicaID : .finish))

        var next = SyncSession()
        #expect(try next.handle(.started(.overtaken, mayWrite: true)) == .pull)
        #expect(try next.handle(.pulled(Self.empty)) == .askToWrite)
        #expect(try next.handle(.asked(mayWrite: true, isOvertaken: true)) == .rotateReplicaID)
        #expect(try next.handle(.rotatedReplicaID) == .pull)
    }

    // Goal: an account that may not write pulls and leaves its changes waiting.
    @Test func aReaderNeverSeals() throws {
        var session = SyncSession()
        #expect(try session.handle(.started(.nothing, mayWrite: false)) == .pull)
        #expect(try session.handle(.pulled(Self.empty)) == .askToWrite)
        #expect(try session.handle(.asked(mayWrite: false, isOvertaken: false)) == .finish)
    }

    // Goal: where all is pulled again from 0, the snapshot may be needed once more.
    @Test func aRepairMayNeedTheSnapshotAgain() throws {
        var session = SyncSession()
        _ = try session.handle(.started(.nothing, mayWrite: true))
        #expect(try session.handle(.pulledBelowFloor(Self.server)) == .loadSnapshot)
        #expect(try session.handle(.loaded) == .pull)
        #expect(try session.handle(.pulled(Self.full)) == .apply(Self.full))
        #expect(try session.handle(.applied(Self.applied(hasDiverged: true))) == .repair)
        #expect(try session.handle(.repaired) == .pull)
        #expect(try session.handle(.pulledBelowFloor(Self.server)) == .loadSnapshot)
        #expect(try session.handle(.loaded) == .pull)
        // A snapshot that ends too early would be loaded without end: what is here is sent.
        #expect(try session.handle(.pulledBelowFloor(Self.server)) == .askToWrite)
    }

    // Goal: every event in every state is taken or refused as the table says; a refusal changes
    // nothing, and from each state the end can be reached.
    // Method: all states that any events lead to, each with every event.
    @Test func everyEventInEveryStateIsTakenOrRefused() throws {
        var found: [String: SyncSession] = ["idle": SyncSession()]
        var open = ["idle"]
        var next: [String: Set<String>] = [:]
        while let name = open.popLast(), let session = found[name] {
            var taken: [String: String] = [:]
            for event in Self.events {
                var attempt = session
                do {
                    let action = try attempt.handle(event)
                    taken[Self.text(event)] = Self.name(action)
                    let reached = Self.name(attempt.state)
                    next[name, default: []].insert(reached)
                    if found[reached] == nil {
                        found[reached] = attempt
                        open.append(reached)
                    }
                } catch {
                    guard case .unexpected = error else { throw error }
                    #expect(attempt.state == session.state)
                }
            }
            #expect(taken == Self.table[name], "\(name)")
        }
        #expect(Set(found.keys) == Set(Self.table.keys))
        var ending: Set = ["finished"]
        while let more = next.first(where: {
            !ending.contains($0.key) && !$0.value.isDisjoint(with: ending)
        }) {
            ending.insert(more.key)
        }
        #expect(ending == Set(found.keys))
    }

    // Goal: a refusal leaves the session able to go on.
    @Test func anEventOutOfTurnChangesNothing() throws {
        var session = SyncSession()
        _ = try session.handle(.started(.nothing, mayWrite: true))
        #expect(throws: SessionError.unexpected(event: "sealed", state: "pulling")) {
            try session.handle(.sealed(hasUnsent: true))
        }
        #expect(try session.handle(.pulled(Self.full)) == .apply(Self.full))
    }

    // Goal: a server that never comes to an end cannot hold a device for ever.
    @Test func anEndlessServerIsLeft() throws {
        var session = SyncSession()
        _ = try session.handle(.started(.nothing, mayWrite: true))
        #expect(throws: SessionError.endless(steps: Limits.sessionSteps + 1)) {
            while true {
                _ = try session.handle(.pulled(Self.full))
                _ = try session.handle(.applied(AppliedPage()))
            }
        }
    }

    // Goal: a server that calls every new name a fork is left.
    @Test func aServerThatRefusesEveryNameIsLeft() throws {
        var session = SyncSession()
        _ = try session.handle(.started(.nothing, mayWrite: true))
        #expect(throws: SessionError.forkedAgain) {
            while true {
                _ = try session.handle(.pulled(Self.empty))
                _ = try session.handle(.asked(mayWrite: true, isOvertaken: false))
                _ = try session.handle(.sealed(hasUnsent: true))
                _ = try session.handle(.refusedAsFork)
                _ = try session.handle(.rotatedReplicaID)
            }
        }
    }

    private static func applied(
        isForked: Bool = false, hasDiverged: Bool = false, misses: Bool = false,
        isStopped: Bool = false
    ) -> AppliedPage {
        var page = AppliedPage()
        (page.isForked, page.hasDiverged) = (isForked, hasDiverged)
        (page.misses, page.isStopped) = (misses, isStopped)
        return page
    }

    /// Every event with everything that matters of what comes with it.
    private static let events: [Event] =
        SyncSession.SealedBefore.allCases.flatMap { sealed in
            [true, false].map { Event.started(sealed, mayWrite: $0) }
        }
        + [true, false].flatMap { mayWrite in
            [true, false].map { Event.asked(mayWrite: mayWrite, isOvertaken: $0) }
        }
        + [true, false].flatMap { flag in
            [
                Event.applied(applied(isForked: flag)), .applied(applied(hasDiverged: true)),
                .sealed(hasUnsent: flag), .pushed(server, hasUnsent: flag),
                .checkedSnapshot(isDue: flag),
            ]
        } + [
            .applied(applied(misses: true)), .applied(applied(isStopped: true)),
            .notedOvertaken, .pulled(full), .pulled(empty), .pulledBelowFloor(server),
            .serverForgot(epoch: 2), .loaded, .notLoaded, .didReset, .repaired, .refusedAsFork,
            .refusedToWrite,
            .rotatedReplicaID, .madeSnapshot,
        ]

    /// By state, what each event that is taken leads to; a fork and a difference are told apart.
    private static let table: [String: [String: String]] = [
        "idle": [
            "started nothing true": "pull", "started nothing false": "pull",
            "started unsent true": "push", "started unsent false": "noteOvertaken",
            "started overtaken true": "pull", "started overtaken false": "pull",
        ],
        "resuming": [
            "pushed true": "push", "pushed false": "pull", "refusedAsFork": "noteOvertaken",
            "refusedToWrite": "noteOvertaken",
        ],
        "overtaking": ["notedOvertaken": "pull"],
        "pulling": [
            "pulled": "apply", "pulled nothing": "askToWrite",
            "pulledBelowFloor": "loadSnapshot", "serverForgot": "resetForNewEpoch",
        ],
        "applying": [
            "applied": "pull", "applied forked": "forgetCursor", "applied differs": "repair",
            "applied misses": "repair", "applied stopped": "askToWrite",
        ],
        "loading": ["loaded": "pull", "notLoaded": "askToWrite"],
        "resetting": ["didReset": "pull"],
        "repairing": ["repaired": "pull"],
        "rotating": ["rotatedReplicaID": "pull"],
        "asking": [
            "asked true false": "seal", "asked true true": "rotateReplicaID",
            "asked false false": "finish", "asked false true": "finish",
        ],
        "sealing": ["sealed true": "push", "sealed false": "checkSnapshot"],
        "pushing": [
            "pushed true": "push", "pushed false": "checkSnapshot",
            "refusedAsFork": "rotateReplicaID", "refusedToWrite": "finish",
        ],
        "checking": ["checked true": "makeSnapshot", "checked false": "finish"],
        "making": ["madeSnapshot": "finish", "refusedToWrite": "finish"],
        "finished": [:],
    ]

    private static func text(_ event: Event) -> String {
        switch event {
        case .started(let sealed, let mayWrite): "started \(sealed) \(mayWrite)"
        case .asked(let mayWrite, let isOvertaken): "asked \(mayWrite) \(isOvertaken)"
        case .applied(let page):
            if page.isForked {
                "applied forked"
            } else if page.hasDiverged {
                "applied differs"
            } else if page.misses {
                "applied misses"
            } else {
                page.isStopped ? "applied stopped" : "applied"
            }
        case .pulled(let page): page.segments.isEmpty ? "pulled nothing" : "pulled"
        case .sealed(let hasUnsent): "sealed \(hasUnsent)"
        case .pushed(_, let hasUnsent): "pushed \(hasUnsent)"
        case .checkedSnapshot(let isDue): "checked \(isDue)"
        default: name(event)
        }
    }

    /// A case without what comes with it.
    private static func name(_ value: some Any) -> String {
        String("\(value)".prefix { $0 != "(" })
    }
}
