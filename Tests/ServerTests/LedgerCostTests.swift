import AtelierServer
import CreditLedger
import SignedObjects
import Testing

struct LedgerCostTests {
    // Goal: a document that was read once is not read again, whatever account asks.
    @Test func aDocumentIsReadOnce() throws {
        let cache = DocumentCache(limit: 4)
        let key = SigningKey()
        let lease = try lease(1, by: key)
        let first: JWS<Lease> = try cache.document(lease.compact)
        let again: JWS<Lease> = try cache.document(lease.compact)
        #expect(first == lease && again == lease && again.payload == lease.payload)
        #expect(cache.count == 1)
    }

    // Goal: one text is never taken for a document of another kind.
    @Test func kindsAreNotMixed() throws {
        let cache = DocumentCache(limit: 4)
        let lease = try lease(1, by: SigningKey())
        let _: JWS<Lease> = try cache.document(lease.compact)
        #expect(throws: (any Error).self) {
            let _: JWS<Receipt> = try cache.document(lease.compact)
        }
        #expect(throws: (any Error).self) { let _: JWS<Lease> = try cache.document("no document") }
        #expect(cache.count == 1)
    }

    // Goal: as many are kept as is said, the newest.
    @Test func theOldestGiveWay() throws {
        let cache = DocumentCache(limit: 4)
        let key = SigningKey()
        for credit in 0..<11 {
            let lease = try lease(credit, by: key)
            let read: JWS<Lease> = try cache.document(lease.compact)
            #expect(read.payload.credit == credit)
            #expect(cache.count == min(credit + 1, 4))
        }
    }

    private func lease(_ credit: Int, by key: SigningKey) throws -> JWS<Lease> {
        try JWS(
            signing: Lease(
                account: AccountID(checked: [UInt8](repeating: 1, count: 16)),
                device: DeviceID(checked: [UInt8](repeating: 2, count: 16)),
                lease: LeaseID(checked: [UInt8](repeating: UInt8(credit), count: 16)),
                credit: credit, epoch: 1, issued: UnixTime(milliseconds: 1),
                expires: UnixTime(milliseconds: 2), graceEnds: UnixTime(milliseconds: 3),
                orderSerial: 0), with: key)
    }
}
