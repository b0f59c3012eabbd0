import AtelierProtocol
import SignedObjects
import Testing

/// What a device makes of the heads that it is given, without a server.
struct AuditExtensionTests {
    /// A log of so many entries, of which the contents differ by `seed`.
    private static func contents(_ count: Int, seed: String = "a") -> [Digest] {
        (0..<count).map { Digest(of: "\(seed) \($0)") }
    }

    /// The head after `contents`.
    private static func head(_ contents: [Digest], epoch: Int = 1) -> AuditHead {
        var hash = Digest.zero
        for (index, content) in contents.enumerated() {
            hash = AuditHead.link(serial: Int64(index) + 1, after: hash, content: content)
        }
        return AuditHead(
            serial: Int64(contents.count), hash: hash, epoch: epoch,
            time: UnixTime(milliseconds: 1000))
    }

    /// Runs a check against a server that shows `contents` in pages of `size`.
    private static func check(
        _ known: AuditHead, _ newer: AuditHead, shows contents: [Digest], size: Int = 3
    ) -> AuditComparison {
        var check = AuditExtension(of: known, to: newer)
        while let after = check.next {
            check.take(AuditPage(contents: Array(contents.dropFirst(Int(after)).prefix(size))))
        }
        return check.result
    }

    // Goal: a log that only grew is taken, from every head to every later one.
    // Method: all pairs of heads of a log of ten entries, with pages of every size.
    @Test func whatGrewIsTaken() {
        let log = Self.contents(10)
        for known in 0...10 {
            for newer in known...10 {
                for size in 1...10 {
                    let result = Self.check(
                        Self.head(Array(log.prefix(known))), Self.head(Array(log.prefix(newer))),
                        shows: log, size: size)
                    #expect(result == .same, "\(known) to \(newer) by \(size)")
                }
            }
        }
    }

    // Goal: a log that was cut, changed or written anew is not taken, whatever the server shows.
    // Method: heads of other logs; pages of the true log, of the other one, and none.
    @Test func whatWasRewrittenIsNot() {
        let log = Self.contents(6)
        let known = Self.head(log)
        for count in 0...9 {
            var others = [Self.contents(count, seed: "b")]
            if count < 6 { others.append(Array(log.prefix(count))) }
            if count > 1 {
                var changed = Self.contents(count)
                changed[1] = Digest(of: "another")
                others.append(changed)
            }
            for other in others {
                let newer = Self.head(other)
                for shown in [log, other, []] {
                    #expect(Self.check(known, newer, shows: shown) == .contradiction)
                    let later = Self.head(other, epoch: 2)
                    #expect(Self.check(known, later, shows: shown) == .restored)
                }
            }
        }
    }

    // Goal: epochs only rise. Method: the same log under an earlier epoch.
    @Test func anEarlierEpochIsAContradiction() {
        let log = Self.contents(4)
        let known = Self.head(Array(log.prefix(2)), epoch: 3)
        #expect(Self.check(known, Self.head(log, epoch: 2), shows: log) == .contradiction)
        #expect(Self.check(known, Self.head(log, epoch: 4), shows: log) == .same)
    }

    // Goal: numbers at their ends end nothing but the check.
    // Method: heads at the greatest serial, and payloads that say more than any log has.
    @Test func numbersAtTheirEnds() throws {
        let key = SigningKey()
        let last = AuditHead.serials.upperBound
        let greatest = AuditHead(
            serial: last, hash: Digest(of: "x"), epoch: NumberRange.count.upperBound,
            time: UnixTime.latest)
        #expect(Self.check(Self.head([]), greatest, shows: []) == .restored)
        #expect(Self.check(greatest, Self.head([]), shows: []) == .contradiction)
        let text = try JWS(signing: greatest, with: key).compact
        #expect(try JWS<AuditHead>(verifying: text, with: key.verifyingKey).payload == greatest)
        let serials = [Int64.min, -1, last + 1, Int64.max].map { ($0, 1) }
        for (serial, epoch) in serials + [(1, -1), (1, Int.min), (1, Int.max)] {
            let head = AuditHead(
                serial: serial, hash: Digest(of: "x"), epoch: epoch, time: UnixTime.latest)
            let text = try JWS(signing: head, with: key).compact
            #expect(throws: JWSError.self) {
                try JWS<AuditHead>(verifying: text, with: key.verifyingKey)
            }
        }
    }
}
