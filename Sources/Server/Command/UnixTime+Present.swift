import Foundation
import SignedObjects

extension UnixTime {
    /// This machine's clock.
    static var present: UnixTime {
        UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }
}
