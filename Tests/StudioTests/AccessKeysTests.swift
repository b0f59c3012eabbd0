import Studio
import Testing

@Suite("Keys of the page")
struct AccessKeysTests {
    @Test("A ticket opens the page once, and old tickets are void")
    func tickets() {
        let keys = AccessKeys()
        let first = keys.issueTicket()
        #expect(keys.redeem(first))
        #expect(!keys.redeem(first))
        let old = keys.issueTicket()
        for _ in 0..<8 { _ = keys.issueTicket() }
        #expect(!keys.redeem(old))
        #expect(!keys.redeem(""))
    }
}
