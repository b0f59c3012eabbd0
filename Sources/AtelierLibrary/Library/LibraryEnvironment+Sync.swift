import SignedObjects
import SyncKit

extension LibraryEnvironment {
    /// The same time and chance for the engine.
    var sync: SyncEnvironment {
        SyncEnvironment(
            wallMilliseconds: { [now] in UInt64(clamping: now().milliseconds) },
            randomBytes: random)
    }
}
