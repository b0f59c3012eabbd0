/// Until when a connection may stay as it is: what its peer owes, and since when. Pure: moments go
/// in as durations since any beginning.
package struct ConnectionDeadline {
    /// What the peer is waited for.
    private enum Phase {
        /// The first header, since a moment.
        case header(Duration)
        /// The next request, since a moment.
        case idle(Duration)
        /// The rest of a body.
        case body
        /// Nothing: the answer is made here.
        case answer
        /// The rest of a request that was answered before it was there, since the answer.
        case rest(Duration)
    }

    private let policy: ConnectionPolicy
    private var phase: Phase
    /// Of the body: how many bytes came, how long they were waited for, and since when the next
    /// ones are; nil while this side does not read.
    private var bytes = 0
    private var waited = Duration.zero
    private var waitsSince: Duration?
    /// Of answers: bytes that are not taken yet, and when some were taken last.
    private var unsent = 0
    private var sentLast = Duration.zero
    /// Requests whose answer is not written.
    private var open = 0

    /// A connection that was opened at `now`.
    package init(_ policy: ConnectionPolicy, now: Duration) {
        self.policy = policy
        phase = .header(now)
    }

    /// Why and when the connection is to be closed, if nothing more happens; nil: never.
    package var end: (cause: ConnectionTable.Cause, at: Duration)? {
        let answer = unsent > 0 ? sentLast + allowance(for: unsent) : nil
        let peer: (cause: ConnectionTable.Cause, at: Duration)?
        switch phase {
        case .header(let since): peer = (.header, since + policy.header)
        case .idle(let since): peer = (.idle, since + policy.idle)
        case .body: peer = bodyEnd.map { (.body, $0) }
        case .answer: peer = nil
        case .rest(let since): peer = (.body, since + policy.stall)
        }
        guard let answer else { return peer }
        guard let peer, peer.at <= answer else { return (.answer, answer) }
        return peer
    }

    private var bodyEnd: Duration? {
        guard let waitsSince else { return nil }
        return waitsSince + min(policy.stall, max(.zero, allowance(for: bytes) - waited))
    }

    /// How long so many bytes may take.
    private func allowance(for bytes: Int) -> Duration {
        policy.stall + .milliseconds(1000 * Int64(clamping: bytes) / Int64(policy.bytesPerSecond))
    }

    /// A request's header is there.
    package mutating func receiveHead(at now: Duration) {
        phase = .body
        open += 1
        (bytes, waited) = (0, .zero)
        if waitsSince != nil { waitsSince = now }
    }

    /// So many bytes of a body are there.
    package mutating func receiveBody(_ count: Int, at now: Duration) {
        bytes += count
        if let since = waitsSince { waited += now - since }
        // More may follow in the same read.
        if waitsSince != nil { waitsSince = now }
    }

    /// A request is there in full.
    package mutating func receiveEnd(at now: Duration) {
        if open > 0 {
            phase = .answer
        } else {
            phase = .idle(now)
        }
    }

    /// This side reads on.
    package mutating func read(at now: Duration) {
        if waitsSince == nil { waitsSince = now }
    }

    /// This side has read what was there.
    package mutating func completeRead() {
        waitsSince = nil
    }

    /// So many bytes of an answer go to the peer; counted until ``sent(_:at:)``.
    package mutating func send(_ count: Int, at now: Duration) {
        if unsent == 0 { sentLast = now }
        unsent += count
    }

    /// The peer took so many.
    package mutating func sent(_ count: Int, at now: Duration) {
        unsent -= count
        sentLast = now
    }

    /// An answer was written to its end.
    package mutating func answer(at now: Duration) {
        open -= 1
        guard open <= 0 else { return }
        switch phase {
        case .answer: phase = .idle(now)
        case .body: phase = .rest(now)
        case .header, .idle, .rest: break
        }
    }
}
