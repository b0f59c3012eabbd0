import AtelierServer
import Testing

/// When a connection is closed, without a clock.
struct ConnectionDeadlineTests {
    private static let policy = {
        var policy = ConnectionPolicy()
        (policy.header, policy.idle, policy.stall) = (.seconds(10), .seconds(60), .seconds(15))
        policy.bytesPerSecond = 1000
        return policy
    }()

    private static func opened() -> ConnectionDeadline {
        ConnectionDeadline(policy, now: .zero)
    }

    // Goal: a header, then each further request, has its own time.
    @Test func headersHaveATime() {
        var deadline = Self.opened()
        #expect(deadline.end?.cause == .header && deadline.end?.at == .seconds(10))
        deadline.read(at: .seconds(1))
        deadline.receiveHead(at: .seconds(2))
        deadline.receiveEnd(at: .seconds(2))
        deadline.completeRead()
        #expect(deadline.end == nil)
        deadline.answer(at: .seconds(30))
        #expect(deadline.end?.cause == .idle && deadline.end?.at == .seconds(90))
    }

    // Goal: a body that stands still ends, and one that comes too slowly, by what was waited for.
    @Test func bodiesHaveALeastRate() {
        var deadline = Self.opened()
        deadline.receiveHead(at: .zero)
        deadline.completeRead()
        #expect(deadline.end == nil)
        deadline.read(at: .seconds(5))
        #expect(deadline.end?.cause == .body && deadline.end?.at == .seconds(20))
        // 100 bytes a second, ten times too slow: 15 s and what the bytes may take.
        var now = Duration.seconds(5)
        var bytes = 0
        while let end = deadline.end, now < end.at {
            now += .seconds(1)
            bytes += 100
            deadline.receiveBody(100, at: now)
            deadline.completeRead()
            deadline.read(at: now)
        }
        #expect(now <= .seconds(23) && now >= .seconds(20), "\(now)")
    }

    // Goal: what this side takes its time for is not counted against the peer.
    @Test func ownWaitingDoesNotCount() {
        var deadline = Self.opened()
        deadline.receiveHead(at: .zero)
        for second in 0..<1000 {
            deadline.read(at: .seconds(10 * second))
            deadline.receiveBody(1000, at: .seconds(10 * second + 1))
            deadline.completeRead()
            #expect(deadline.end == nil)
        }
    }

    // Goal: who is refused before the body is there has a while to send the rest, and no longer.
    @Test func theRestOfARefusedBodyIsBounded() {
        var deadline = Self.opened()
        deadline.receiveHead(at: .zero)
        deadline.answer(at: .seconds(1))
        #expect(deadline.end?.at == .seconds(16))
        deadline.read(at: .seconds(2))
        deadline.receiveBody(1_000_000, at: .seconds(3))
        #expect(deadline.end?.at == .seconds(16))
        deadline.receiveEnd(at: .seconds(4))
        #expect(deadline.end?.cause == .idle && deadline.end?.at == .seconds(64))
    }

    // Goal: who does not take an answer is let go, by its size; each part that is taken counts.
    @Test func answersHaveALeastRate() {
        var deadline = Self.opened()
        deadline.receiveHead(at: .zero)
        deadline.receiveEnd(at: .zero)
        deadline.send(5000, at: .seconds(1))
        deadline.send(1000, at: .seconds(2))
        #expect(deadline.end?.cause == .answer && deadline.end?.at == .seconds(22))
        deadline.sent(5000, at: .seconds(20))
        #expect(deadline.end?.at == .seconds(36))
        deadline.sent(1000, at: .seconds(21))
        #expect(deadline.end == nil)
    }
}
