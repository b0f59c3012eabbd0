import CreditLedger
import GRDB
import SignedObjects
import SyncKit

/// The time by which files leave the trash: this device's own, which no server can make pass, and
/// in which no step of a clock that was set wrong counts for more than a few days.
struct TrashClock: Equatable {
    /// The time as it counts.
    private(set) var time: UnixTime
    /// What the device's clock said at the last look.
    private(set) var own: UnixTime

    /// Begins with what the device's clock says.
    init(own: UnixTime) {
        time = own
        self.own = own
    }

    init?(_ database: Database) throws {
        let moments = LocalValue.moments
        guard
            let time = try LocalValue.trashTime.readNumber(in: moments, database),
            let own = try LocalValue.trashOwnTime.readNumber(in: moments, database)
        else { return nil }
        self.time = UnixTime(milliseconds: time)
        self.own = UnixTime(milliseconds: own)
    }

    func write(_ database: Database) throws {
        try LocalValue.trashTime.write(String(time.milliseconds), database)
        try LocalValue.trashOwnTime.write(String(own.milliseconds), database)
    }

    /// Goes on to what the device's clock says now, by a bounded step.
    mutating func advance(to now: UnixTime) {
        time = time + min(max(now - own, .zero), Limits.trashStep)
        own = now
    }

    /// Whether a moment is over: by this time, and by what the device's clock says.
    func isPast(_ moment: UnixTime) -> Bool { min(time, own) >= moment }
}

extension Trash {
    /// The time of the trash, taken on to now.
    func advanceTrashClock() throws -> TrashClock {
        let own = context.environment.now()
        return try context.store.write { database in
            var clock = try TrashClock(database) ?? TrashClock(own: own)
            clock.advance(to: own)
            try clock.write(database)
            return clock
        }
    }

    /// After a contact: where the server's clock says what the device's own does, that is the time.
    func confirmClock(_ clock: ServerClock) throws {
        guard let offset = clock.offset,
            Duration.milliseconds(offset.magnitude) <= LedgerLimits.clockTolerance
        else { return }
        let own = context.environment.now()
        try context.store.write { try TrashClock(own: own).write($0) }
    }
}
