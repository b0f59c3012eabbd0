import Dispatch
import Foundation
import Synchronization

/// Ctrl-C as a flag that the drawing asks for; a second Ctrl-C ends the process at once.
final class Interrupt: Sendable {
    private let flag = Atomic(false)

    init() {
        signal(SIGINT, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler { [self] in
            // The handler holds its source, which so lives as long as the process.
            withExtendedLifetime(source) {
                // Whatever is cut off there, the journal has the credit.
                if flag.exchange(true, ordering: .relaxed) { _exit(130) }
            }
        }
        source.resume()
    }

    var isSet: Bool { flag.load(ordering: .relaxed) }
}
