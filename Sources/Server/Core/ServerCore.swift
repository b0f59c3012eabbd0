import CreditLedger
public import Foundation
import GRDB
package import SignedObjects
import AtelierProtocol

/// The server's rules over its data folder; several programs may have one folder open at once.
public final class ServerCore: Sendable {
    /// What the operator has set.
    public let policy: ServerPolicy
    let database: DatabasePool
    let epochMark: EpochMark
    let key: SigningKey
    let clock: @Sendable () -> UnixTime
    let randomBytes: @Sendable (Int) -> [UInt8]

    /// Opens `folder`.
    ///
    /// - Parameter isNewAllowed: Whether to make the folder, its database and its key where they
    ///   are missing, as the first start does; a mistyped folder would look like an empty server.
    /// - Throws: ``ServerError/noServer(path:)``, ``ServerError/unusableFolder(path:reason:)``.
    public convenience init(
        folder: URL, policy: ServerPolicy = ServerPolicy(), isNewAllowed: Bool
    ) throws {
        let database = folder.appendingPathComponent("server.sqlite").path
        guard isNewAllowed || FileManager.default.fileExists(atPath: database) else {
            throw ServerError.noServer(path: folder.path)
        }
        try self.init(
            folder: folder, policy: policy,
            clock: {
                UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
            },
            randomBytes: { count in
                var generator = SystemRandomNumberGenerator()
                return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            })
    }

    /// Opens `folder` with clock and randomness passed in.
    package init(
        folder: URL, policy: ServerPolicy, clock: @escaping @Sendable () -> UnixTime,
        randomBytes: @escaping @Sendable (Int) -> [UInt8]
    ) throws {
        let keys = folder.appendingPathComponent("keys")
        do {
            try FileManager.default.createDirectory(
                at: keys, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw ServerError.unusableFolder(path: folder.path, reason: error.localizedDescription)
        }
        key = try ServerKey.open(in: keys)
        database = try ServerDatabase.open(folder.appendingPathComponent("server.sqlite").path)
        epochMark = try EpochMark(folder.appendingPathComponent("server.epoch"))
        self.policy = policy
        self.clock = clock
        self.randomBytes = randomBytes
        try checkEpoch()
    }

    /// The key that clients pin.
    package var publicKey: VerifyingKey { key.verifyingKey }

    var signer: LedgerSigner { LedgerSigner(key: key) }

    func randomLeaseID() -> LeaseID {
        LeaseID(checked: randomBytes(LeaseID.byteCount))
    }

    /// What the server says of itself to anybody.
    func describe() async throws -> ServerDescription {
        let epoch = try await epoch()
        return ServerDescription(
            key: publicKey, epoch: epoch, time: clock(), freeCredits: policy.ledger.freeCredits,
            leaseSeconds: Int(policy.ledger.lease.components.seconds))
    }
}
