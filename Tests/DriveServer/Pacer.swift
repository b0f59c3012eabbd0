import Foundation

/// Lets one request begin every so often; what is late is made up for.
struct Pacer {
    private let timer: (any DispatchSourceTimer)?
    private let turns: AsyncStream<Void>

    /// - Parameter milliseconds: From one turn to the next; 0: at once.
    init(milliseconds: Int) {
        let (stream, turn) = AsyncStream.makeStream(of: Void.self)
        turns = stream
        guard milliseconds > 0 else {
            timer = nil
            return
        }
        let timer = DispatchSource.makeTimerSource()
        timer.schedule(deadline: .now(), repeating: .milliseconds(milliseconds))
        timer.setEventHandler { turn.yield() }
        timer.resume()
        self.timer = timer
    }

    /// Waits for the next turn.
    func next() async {
        guard timer != nil else { return }
        for await _ in turns { return }
    }
}
