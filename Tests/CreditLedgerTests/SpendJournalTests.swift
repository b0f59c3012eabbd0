import CreditLedger
import Foundation
import SignedObjects
import TestSupport
import Testing

struct SpendJournalTests {
    private let folder: TemporaryFolder
    private var pair = SignedPair()

    init() throws {
        folder = try TemporaryFolder()
        pair.policy.freeCredits = 20
        pair.policy.leasesPerDevice = 20
        pair.ledger = ServerLedger(account: pair.account, policy: pair.policy, now: pair.now)
        let request = LedgerRequest(wantedLeases: 20, orderSerial: 0)
        let reply = try pair.reply(to: request)
        try pair.wallet.absorb(reply, serverKey: pair.serverKey.verifyingKey)
    }

    private func open() throws -> SpendJournal {
        try SpendJournal(
            path: folder.path("spends"), account: pair.account,
            deviceKey: pair.deviceKey.verifyingKey, newJournal: pair.journal)
    }

    private mutating func entries(_ count: Int) throws -> [JournalEntry] {
        try (0..<count).map { index in
            JournalEntry(spend: try pair.spend("\(index)").spend, resume: Array("r\(index)".utf8))
        }
    }

    private func bytes() throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.url.appendingPathComponent("spends")))
    }

    private func write(_ bytes: some Sequence<UInt8>) throws {
        try Data(bytes).write(to: folder.url.appendingPathComponent("spends"))
    }

    // Goal: what was appended is there when the file is opened again, in order, with its name.
    // Method: append, repeat the last, open again under another suggested name.
    @Test mutating func entriesSurviveReopening() throws {
        let journal = try open()
        let entries = try entries(3)
        for entry in entries { try journal.append(entry) }
        try journal.append(entries[2])
        let again = try open()
        #expect(again.entries == entries && again.journal == pair.journal)
    }

    // Goal: a crash in the middle of an append leaves the entries before it, and the next append
    // works.
    // Method: the file cut at every byte of its last line, and the same with zeros at the end.
    @Test mutating func aTornLineIsCut() throws {
        let entries = try entries(2)
        try open().append(entries[0])
        let whole = try bytes()
        try open().append(entries[1])
        let full = try bytes()
        for cut in whole.count..<full.count {
            for tail in [[], [0, 0], [0, UInt8(ascii: "\n")]] as [[UInt8]] {
                try write(full.prefix(cut) + tail)
                let journal = try open()
                #expect(journal.entries == [entries[0]])
                try journal.append(entries[1])
                #expect(try bytes() == full)
            }
        }
    }

    // Goal: a changed line is an error, never a shorter journal.
    // Method: every 7th byte of the file changed; a line removed; two lines swapped.
    @Test mutating func aChangedLineIsAnError() throws {
        let journal = try open()
        for entry in try entries(3) { try journal.append(entry) }
        let full = try bytes()
        for index in stride(from: 0, to: full.count - 1, by: 7) {
            var changed = full
            changed[index] ^= 1
            try write(changed)
            #expect(throws: JournalError.self, "byte \(index)") { try open() }
        }
        let lines = full.split(separator: UInt8(ascii: "\n")).map { $0 + [UInt8(ascii: "\n")] }
        for order in [[0, 2, 3], [0, 2, 1, 3], [0, 1, 1, 2]] {
            try write(order.flatMap { lines[$0] })
            #expect(throws: JournalError.self) { try open() }
        }
        try write([])
        #expect(throws: JournalError.self) { try open() }
    }

    // Goal: two programs cannot write the same number.
    // Method: two open journals; the second one learns of the first one's entry.
    @Test mutating func twoProgramsCannotForkTheJournal() throws {
        let (first, second) = (try open(), try open())
        var copy = pair
        let mine = JournalEntry(spend: try pair.spend("mine").spend)
        let theirs = JournalEntry(spend: try copy.spend("theirs").spend)
        try first.append(mine)
        #expect(throws: JournalError.notNext(number: 1, expected: 2)) { try second.append(theirs) }
        #expect(second.entries == [mine])
    }

    // Goal: another program's lock is respected.
    // Method: the lock held by a second descriptor.
    @Test mutating func aBusyJournalIsNotWritten() throws {
        let journal = try open()
        let entry = try #require(try entries(1).first)
        let handle = try FileHandle(forUpdating: folder.url.appendingPathComponent("spends"))
        defer { try? handle.close() }
        #expect(flock(handle.fileDescriptor, LOCK_EX) == 0)
        #expect(throws: JournalError.busy(file: folder.path("spends"))) {
            try journal.append(entry)
        }
        #expect(flock(handle.fileDescriptor, LOCK_UN) == 0)
        try journal.append(entry)
    }

    // Goal: a journal serves one account and device, and resume data are bounded.
    // Method: another device's key; the most resume bytes, and one more.
    @Test mutating func ownerAndSizeAreChecked() throws {
        let journal = try open()
        #expect(throws: JournalError.foreignJournal(file: folder.path("spends"))) {
            try SpendJournal(
                path: folder.path("spends"), account: pair.account,
                deviceKey: SigningKey().verifyingKey, newJournal: pair.journal)
        }
        let spend = try pair.spend("a").spend
        let limit = 16 * 1024
        #expect(throws: JournalError.resumeTooLarge(bytes: limit + 1, limit: limit)) {
            try journal.append(
                JournalEntry(spend: spend, resume: [UInt8](repeating: 1, count: limit + 1)))
        }
        try journal.append(
            JournalEntry(spend: spend, resume: [UInt8](repeating: 1, count: limit)))
        #expect(try open().entries.first?.resume.count == limit)
    }

    // Goal: a folder that cannot be written is an error before anything counts as spent.
    // Method: a path in a folder that does not exist.
    @Test func anUnwritableFolderIsAnError() {
        #expect(throws: JournalError.self) {
            try SpendJournal(
                path: folder.path("missing/spends"), account: pair.account,
                deviceKey: pair.deviceKey.verifyingKey, newJournal: pair.journal)
        }
    }

    // Goal: a lease that was given back stays so in the journal, and can neither be used nor, once
    // used, be given back.
    // Method: a return between two spends, opened again; then each the other way round.
    @Test mutating func returnsStandBesideSpends() throws {
        let journal = try open()
        let entries = try entries(2)
        let kept = try #require(pair.wallet.unspentLeases.first).payload.lease
        try pair.giveBack(kept)
        let giveBack = try #require(pair.journaledReturns.first)
        try journal.append(entries[0])
        try journal.append(giveBack)
        try journal.append(giveBack)
        try journal.append(entries[1])
        let again = try open()
        #expect(again.entries == entries && again.returns == [giveBack])
        #expect(try bytes().count(where: { $0 == UInt8(ascii: "\n") }) == 4)

        // A wallet that does not know of the return tries to use the lease all the same.
        var forgetful = pair.restored(from: pair.wallet.snapshot, spends: again.spends)
        forgetful.leases = forgetful.leases.filter { $0.key == kept }
        let spend = try forgetful.spend(
            SignedPair.parts("again"), now: pair.now, signedBy: pair.deviceKey
        ).spend
        #expect(throws: JournalError.leaseEnded) { try again.append(JournalEntry(spend: spend)) }
        let used = entries[0].spend.payload
        let wrong = try JWS(
            signing: Return(
                account: pair.account, device: used.device, lease: used.lease, credit: used.credit,
                epoch: used.epoch, time: pair.now), with: pair.deviceKey)
        #expect(throws: JournalError.leaseEnded) { try again.append(wrong) }
        #expect(try open().returns == [giveBack])
    }

    // Goal: a return that a crash cut short was not given back. Method: cut at every byte.
    @Test mutating func aTornReturnIsCut() throws {
        let entry = try #require(try entries(1).first)
        try open().append(entry)
        let whole = try bytes()
        try pair.giveBack(try #require(pair.wallet.unspentLeases.first).payload.lease)
        let giveBack = try #require(pair.journaledReturns.first)
        try open().append(giveBack)
        let full = try bytes()
        for size in whole.count..<full.count {
            try write(full.prefix(size))
            #expect(try open().returns.isEmpty, "cut at \(size)")
        }
        try write(full.prefix(full.count - 1))
        try open().append(giveBack)
        #expect(try bytes() == full)
    }
}
