import Foundation
import SignedObjects
import Testing

struct BootTimeTests {
    // Goal: moments of one start are compared, others are not.
    @Test func onlyOneStartIsCompared() throws {
        let first = try #require(BootTime(boot: "a", milliseconds: 1_000))
        let later = try #require(BootTime(boot: "a", milliseconds: 3_500))
        let other = try #require(BootTime(boot: "b", milliseconds: 9_000))
        #expect(later.elapsed(since: first) == .milliseconds(2_500))
        #expect(first.elapsed(since: later) == nil)
        #expect(other.elapsed(since: first) == nil)
    }

    // Goal: what was stored is bounded. Method: each bound and one past it.
    @Test func whatIsReadIsBounded() throws {
        let longest = String(repeating: "x", count: 64)
        for (boot, milliseconds, isTaken) in [
            (longest, Int64(0), true), (longest + "x", 0, false), ("", 0, false),
            ("a", UnixTime.latest.milliseconds, true), ("a", .max, false), ("a", -1, false),
        ] {
            #expect((BootTime(boot: boot, milliseconds: milliseconds) != nil) == isTaken)
            let json = Data(#"{"boot":"\#(boot)","milliseconds":\#(milliseconds)}"#.utf8)
            let read = try? JSONDecoder().decode(BootTime.self, from: json)
            #expect((read != nil) == isTaken)
        }
    }

    // Goal: this machine has such a clock, and it goes on.
    @Test func theMachinesGoesOn() throws {
        let first = try #require(BootTime.present)
        let second = try #require(BootTime.present)
        #expect(second.elapsed(since: first) != nil)
    }
}
