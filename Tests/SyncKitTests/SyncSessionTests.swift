import SyncKit
import TestSupport
import Testing

@Suite struct SyncSessionTests {
    // Goal: a session pulls to the end, seals once, pushes to the end and finishes.
    @Test func pullsThenSealsThenPushes() throws {
        var session = SyncSession(pushes: true)
        #expect(try session.handle(.started) == .pull)
        #expect(try session.handle(.pulled(segments: 2)) == .apply)
        #expect(try session.handle(.applied) == .pull)
        #expect(try session.handle(.pulled(segments: 0)) == .seal)
        #expect(try session.handle(.sealed(hasUnsent: true)) == .push)
        #expect(try session.handle(.pushed(hasUnsent: true)) == .push)
        #expect(try session.handle(.pushed(hasUnsent: false)) == .finish)
    }

    // Goal: what an earlier sync sealed goes first: a pull tells the others that this device holds
    // what they deleted, and nothing older may come after it.
    @Test func whatWasSealedBeforeGoesFirst() throws {
        var session = SyncSession(pushes: true)
        #expect(try session.handle(.startedWithUnsent) == .push)
        #expect(try session.handle(.pushed(hasUnsent: true)) == .push)
        #expect(try session.handle(.pushed(hasUnsent: false)) == .pull)
        var refused = SyncSession(pushes: true)
        #expect(try refused.handle(.startedWithUnsent) == .push)
        #expect(try refused.handle(.refusedAsFork) == .pull)
        var reader = SyncSession(pushes: false)
        #expect(try reader.handle(.startedWithUnsent) == .pull)
    }

    // Goal: an account that may not write pulls and leaves its changes waiting.
    @Test func aReaderNeverSeals() throws {
        var session = SyncSession(pushes: false)
        #expect(try session.handle(.started) == .pull)
        #expect(try session.handle(.pulled(segments: 0)) == .finish)
    }

    // Goal: where all is pulled again from 0, the snapshot may be needed once more.
    @Test func aRepairMayNeedTheSnapshotAgain() throws {
        var session = SyncSession(pushes: true)
        _ = try session.handle(.started)
        #expect(try session.handle(.pulledBelowFloor) == .loadSnapshot)
        #expect(try session.handle(.loaded) == .pull)
        #expect(try session.handle(.pulled(segments: 1)) == .apply)
        #expect(try session.handle(.appliedDifferent) == .repair)
        #expect(try session.handle(.repaired) == .pull)
        #expect(try session.handle(.pulledBelowFloor) == .loadSnapshot)
        #expect(try session.handle(.loaded) == .pull)
        // Without end it would be a server that has lost its mind.
        #expect(throws: SessionError.noSnapshot) { try session.handle(.pulledBelowFloor) }
    }

    // Goal: an event out of turn is an error.
    @Test func eventsOutOfTurnAreRefused() throws {
        for event in [SyncSession.Event.applied, .pushed(hasUnsent: true), .pulled(segments: 1)] {
            var session = SyncSession(pushes: true)
            #expect(throws: SessionError.self) { try session.handle(event) }
        }
    }

    // Goal: a server that never comes to an end cannot hold a device for ever.
    @Test func anEndlessServerIsLeft() throws {
        var session = SyncSession(pushes: true)
        _ = try session.handle(.started)
        #expect(throws: SessionError.endless(steps: Limits.sessionSteps + 1)) {
            while true {
                _ = try session.handle(.pulled(segments: 1))
                _ = try session.handle(.applied)
            }
        }
    }
}
