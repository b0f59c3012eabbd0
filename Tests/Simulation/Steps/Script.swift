import SyncKit
import TestSupport

/// A run before it is run: a seed and steps. Running it twice does the same twice.
package struct Script: Sendable {
    /// Decides what the steps leave open: what survives a power cut, which bytes are random.
    package let seed: UInt64
    /// How many replicas there are at first.
    let replicas: Int
    /// What was drawn for this run.
    package let troubles: Set<Trouble>
    /// What happens.
    var steps: [Step]

    /// How many steps there are.
    package var stepCount: Int { steps.count }

    /// Draws a script.
    ///
    /// - Parameters:
    ///   - count: How many steps.
    ///   - allowed: The troubles that may be drawn.
    package init(seed: UInt64, steps count: Int, allowed: Set<Trouble>) {
        var generator = SeededGenerator(seed: seed)
        self.seed = seed
        replicas = 2 + generator.below(3)
        // One run in four has everything.
        let hasAll = generator.oneIn(4)
        troubles = Set(
            Trouble.allCases.filter { trouble in
                let isDrawn = generator.oneIn(2)
                return allowed.contains(trouble) && (hasAll || isDrawn)
            })
        var writer = ScriptWriter(generator: generator, troubles: troubles)
        steps = (0..<count).map { _ in writer.step() }
    }

    /// Whether every clock is true, so that the later write wins.
    var hasTrueClocks: Bool {
        troubles.isDisjoint(
            with: [.clocks, .serverClock, .network, .forks, .rewinds, .serverLoss])
    }

    /// Whether no replica may ever go on under another name.
    var hasLastingNames: Bool { hasSoundChains && !troubles.contains(.suspensions) }

    /// Whether no replica may ever be taken for another.
    var hasSoundChains: Bool { troubles.isDisjoint(with: [.forks, .rewinds, .serverLoss]) }
}

/// Draws one step after the other.
private struct ScriptWriter {
    private typealias Draw = (weight: Int, event: (inout ScriptWriter) -> Step.Event)

    private var generator: SeededGenerator
    private let troubles: Set<Trouble>
    private var value = 0
    private let draws: [Draw]

    init(generator: SeededGenerator, troubles: Set<Trouble>) {
        self.generator = generator
        self.troubles = troubles
        var draws: [Draw] = [
            (40, { .act(.write($0.write()), $0.fault(oneIn: 6)) }),
            (24, { .act(.exchange($0.exchange()), $0.fault(oneIn: 4)) }),
            (4, { .act(.restore($0.generator.below(8)), $0.fault(oneIn: 6)) }),
            (2, { .act(.reopen, $0.fault(oneIn: 2)) }),
        ]
        let troubled: [(Trouble, [Draw])] = [
            (.network, [(3, { .setCut($0.generator.oneIn(2)) })]),
            (.suspensions, [(4, { .setSuspended($0.generator.oneIn(2)) })]),
            (.powerCuts, [(2, { _ in .cutPower })]),
            (.clocks, [(3, { .jump(milliseconds: $0.jump()) })]),
            (.serverClock, [(2, { .setServerClock(ahead: $0.generator.oneIn(2) ? 0 : 900_000) })]),
            (.keys, [(2, { _ in .makeKey }), (4, { _ in .takeKeys })]),
            (.forks, [(1, { _ in .fork })]),
            (.rewinds, [(2, { _ in .keepCopy }), (1, { _ in .goBackToCopy })]),
            (
                .serverLoss,
                [
                    (1, { _ in .serverKeepsCopy }),
                    (1, { .serverGoesBackToCopy(raisingEpoch: $0.generator.oneIn(2)) }),
                    (1, { $0.generator.oneIn(2) ? .serverIsWiped : .serverKeepsCopy }),
                ]
            ),
            (.upgrades, [(2, { .act(.upgrade, $0.fault(oneIn: 3)) })]),
            (.joins, [(1, { _ in .join })]),
            (.otherProgram, [(1, { .act(.vacuum, $0.fault(oneIn: 2)) })]),
            (
                .compaction,
                [(2, { _ in .serverCompacts })]
            ),
            (.constraints, [(30, { .act(.writeAnnex($0.annexWrite()), $0.fault(oneIn: 8)) })]),
        ]
        for (trouble, more) in troubled where troubles.contains(trouble) { draws += more }
        self.draws = draws
    }

    mutating func step() -> Step {
        let replica = generator.below(60)
        let pause = 1 + UInt64(generator.below(generator.oneIn(12) ? 3_600_000 : 3000))
        var ticket = generator.below(draws.reduce(0) { $0 + $1.weight })
        for draw in draws {
            if ticket < draw.weight {
                return Step(replica: replica, event: draw.event(&self), pause: pause)
            }
            ticket -= draw.weight
        }
        preconditionFailure("a ticket is below the sum of the weights")
    }

    private mutating func write() -> Step.Write {
        let isOther = troubles.contains(.otherProgram) && generator.oneIn(3)
        let statements = (0...generator.below(4)).map { _ in statement() }
        return Step.Write(
            program: isOther ? .other : .app, statements: statements, aborts: generator.oneIn(12))
    }

    private mutating func statement() -> Statement {
        value += 1
        let kinds: [Statement.Kind] = [
            .put, .put, .add, .add, .upsert, .upsert, .set, .set, .set, .set, .set, .setAll,
            .delete, .delete, .deleteBelow,
        ]
        let table = Studio.tables[generator.below(Studio.tables.count)]
        let column = table.columns[1 + generator.below(table.columns.count - 1)]
        return Statement(
            kind: kinds[generator.below(kinds.count)], table: table.id,
            key: generator.below(Studio.keys), column: column.id, value: value,
            writesNull: generator.oneIn(12))
    }

    private mutating func annexWrite() -> AnnexWrite {
        let isOther = troubles.contains(.otherProgram) && generator.oneIn(3)
        return AnnexWrite(
            program: isOther ? .other : .app,
            statements: (0...generator.below(3)).map { _ in AnnexStatement(&generator) })
    }

    private mutating func exchange() -> Step.Exchange {
        var weather = SimulatedNetwork.Weather.fine
        if troubles.contains(.network), generator.oneIn(2) {
            weather = SimulatedNetwork.Weather(
                losesQuestion: odds(), losesAnswer: odds(), repeats: odds(), delays: odds(),
                latency: UInt64(generator.below(2000)))
        }
        return Step.Exchange(
            weather: weather, seed: generator.next(),
            asksStanding: !troubles.contains(.suspensions) || !generator.oneIn(4),
            snapshotTail: troubles.contains(.compaction) && generator.oneIn(5)
                ? 1 + generator.below(8) : Limits.snapshotTail,
            meanwhile: generator.oneIn(6) ? write() : nil,
            meanwhileAt: generator.oneIn(3) ? .pulled : .after(steps: generator.below(4)))
    }

    private mutating func odds() -> Int? {
        generator.oneIn(2) ? 2 + generator.below(8) : nil
    }

    private mutating func fault(oneIn odds: Int) -> DiskFault? {
        guard generator.oneIn(odds) else { return nil }
        var kinds: [DiskFault.Kind] = []
        if troubles.contains(.powerCuts) { kinds.append(.powerCut) }
        if troubles.contains(.kills) { kinds.append(.kill) }
        if troubles.contains(.diskFaults) {
            kinds += [
                .failure(times: 1 + generator.below(3)), .full(times: 1 + generator.below(20)),
            ]
        }
        guard !kinds.isEmpty else { return nil }
        return DiskFault(
            kinds[generator.below(kinds.count)],
            at: generator.below(generator.oneIn(3) ? 60 : 12))
    }

    private mutating func jump() -> Int64 {
        let second: Int64 = 1000
        let lengths = [second, 7 * second, 3600 * second, 10 * 365 * 24 * 3600 * second]
        let length = lengths[generator.below(lengths.count)]
        return generator.oneIn(2) ? length : -length
    }
}
