/// How far a lease has come, by its record and its credit; kept beside it, to find it by.
package enum LeasePhase: Int, Sendable {
    /// Its spend has a receipt.
    case settled = 0
    /// Its device may use it, or its spend waits for a receipt.
    case open = 1
    /// It ended without a spend.
    case idle = 2
    /// Its spend came too late for a receipt.
    case uncredited = 3
}
