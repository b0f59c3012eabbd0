/// The kinds of trouble a run may have. Each run has some of them: where all happen at once, one
/// hides what another breaks.
package enum Trouble: String, Hashable, Sendable, CaseIterable {
    /// Questions and answers get lost, late or repeated; devices are cut off.
    case network
    /// The power of a device goes.
    case powerCuts = "power-cuts"
    /// A program is killed.
    case kills
    /// A disk is full for a while, or an operation fails.
    case diskFaults = "disk-faults"
    /// Clocks are wrong and jump.
    case clocks
    /// The server's clock is ahead for a while.
    case serverClock = "server-clock"
    /// Library keys come later to some devices than to others.
    case keys
    /// A database is copied, and both copies are used.
    case forks
    /// A database is set back to a copy made earlier.
    case rewinds
    /// The server is wiped or restored from a backup.
    case serverLoss = "server-loss"
    /// Some devices get a newer schema before others.
    case upgrades
    /// Another program writes.
    case otherProgram = "other-program"
    /// The account is suspended and reinstated.
    case suspensions
    /// Devices join late.
    case joins
    /// Devices make snapshots, and the server drops what they hold.
    case compaction
    /// There are tables with constraints, counters and the like, and devices clash in them.
    case constraints
}
