/// The bounds of the server that are not part of the protocol.
enum Limits {
    /// The most devices that one account may have.
    static let devicesPerAccount = 32
    /// The most bytes of a request proof.
    static let proofBytes = 4 * 1024
    /// The most bytes of path and query.
    static let targetBytes = 512
    /// The most rows that a listing shows.
    static let listedRows = 10_000
    /// The most invites made at once.
    static let invitesAtOnce = 1000
    /// How long a writer waits for another to finish.
    static let busySeconds = 10.0
}
