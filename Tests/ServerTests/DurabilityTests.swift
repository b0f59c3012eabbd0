import AtelierServer
import Testing

@Suite(.onBothDatabases)
struct DurabilityTests {
    // Goal: what a device was answered outlives a power cut: no commit returns before the disk has
    // it, from the first start on and after each later one.
    @Test func commitsWaitForTheDisk() throws {
        let server = try TestServer()
        #expect(try server.core.commitsWaitForDisk())
        #expect(try server.reopened(policy: ServerPolicy()).core.commitsWaitForDisk())
    }
}
