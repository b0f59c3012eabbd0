/// A fault that is planted to see whether a simulation notices.
package enum Plant: String, Hashable, Sendable, CaseIterable {
    /// The server acknowledges some segments and forgets them.
    case forgetfulServer
    /// The server leaves some segments out of what a device pulls.
    case leakyPull
    /// The disks say that they sync, and do not.
    case lyingDisk
    /// After a restart a device finds its database as it was earlier.
    case staleFile
    /// A program changes a row where nobody notices.
    case hiddenWrite

    /// The troubles without which the fault would not show.
    package var troubles: Set<Trouble> {
        switch self {
        case .forgetfulServer, .leakyPull, .hiddenWrite: []
        case .lyingDisk, .staleFile: [.powerCuts]
        }
    }
}
