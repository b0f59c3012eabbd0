/// Why a snapshot could not be loaded, or was not taken by the server.
///
/// The rest of the exchange goes on: changes of this device are sent all the same, and the next
/// exchange tries again.
public enum SnapshotFailure: Hashable, Sendable, CustomStringConvertible {
    /// The server no longer has the segments after the cursor, and its snapshot of them cannot be
    /// used: nothing more is received until it has another one, or a key has come.
    case notLoaded(reason: String)
    /// The server refused the snapshot that this device made; other devices may make one.
    case notTaken(reason: String)

    /// What happened, and what to do.
    public var description: String {
        switch self {
        case .notLoaded(let reason):
            "Changes of other devices cannot be received: the server has only a snapshot of them, "
                + "and that cannot be used. \(reason) The changes of this device were sent."
        case .notTaken(let reason):
            "The server did not take the snapshot that this device made for the others. \(reason) "
                + "Nothing is lost; the next sync tries again."
        }
    }
}
