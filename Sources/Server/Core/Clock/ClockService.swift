package import Logging
import ServiceLifecycle
import SignedObjects

/// Checks the clock as long as the server runs, stores the last plausible time, and logs where the
/// clock is wrong.
struct ClockService: Service {
    /// How often it looks.
    static let pause = Duration.seconds(30)

    let core: ServerCore
    let logger: Logger

    /// Runs until the server stops.
    func run() async throws {
        await cancelWhenGracefulShutdown { [core, logger] in
            var watch = ClockWatch(core: core, logger: logger)
            while !Task.isCancelled {
                await watch.look()
                // Cancelled at shutdown, which is what ends the loop.
                try? await Task.sleep(for: Self.pause)
            }
        }
    }
}

/// What was logged of the clock so far: each state once.
package struct ClockWatch {
    private let core: ServerCore
    private let logger: Logger
    private var isAhead = false
    private var stepsBack = 0
    private var isFailing = false

    /// Begins with a clock that was checked.
    package init(core: ServerCore, logger: Logger) {
        self.core = core
        self.logger = logger
    }

    /// Looks once; a database that is away for now is asked again the next time.
    package mutating func look() async {
        do {
            tell(try await core.time.note())
            isFailing = false
        } catch {
            if !isFailing {
                logger.warning(
                    "the time cannot be noted", metadata: ["error": "\(type(of: error))"])
            }
            isFailing = true
        }
    }

    private mutating func tell(_ lead: Duration?) {
        if let lead, !isAhead {
            logger.error(
                "the clock went ahead: nothing is lent or signed until it is right",
                metadata: ["seconds": "\(lead.components.seconds)"])
        } else if lead == nil, isAhead {
            logger.notice("the clock is right again")
        }
        isAhead = lead != nil
        let steps = core.stepGuard?.stepsBack ?? StepGuard.StepsBack()
        if steps.count > stepsBack {
            logger.warning(
                "the clock went back: if it was ahead before, run atelier-server service clock",
                metadata: ["seconds": "\(steps.last.components.seconds)"])
        }
        stepsBack = steps.count
    }
}
