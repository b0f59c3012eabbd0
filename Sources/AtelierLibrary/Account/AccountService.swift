import AtelierProtocol
import Foundation
public import SignedObjects
import SyncKit
import SyncKitHTTP

/// The account on a server: joining, devices, library keys.
///
/// Owns the files of `keys/` once the library is made: membership, account key, library keys.
public struct AccountService: Sendable {
    let context: LibraryContext
    let ledger: LedgerExchange

    /// The account; nil while a requested approval has not come.
    public var id: AccountID? { context.account }

    /// The six words of this device's waiting request; nil where none waits.
    public var comparisonWords: String? { context.comparisonWords?.description }

    /// The fingerprint of the server's key, for comparing; nil before the library joined.
    public var serverFingerprint: String? {
        context.membership.server.map { ServerFingerprint(key: $0.key).description }
    }

    /// The connection to the server that this library belongs to.
    ///
    /// - Throws: ``AccountError/notJoined``, ``AccountError/waitingForApproval(words:)``;
    ///   `HTTPFailure` where the saved address cannot be used.
    func connection() throws -> ServerConnection {
        guard let server = context.membership.server else {
            throw context.membership.request == nil ? AccountError.notJoined : context.waiting
        }
        return try connection(to: HTTPAddress(server.address))
    }

    func connection(to address: HTTPAddress) throws -> ServerConnection {
        let environment = context.environment
        let (offset, last) = try context.clockCorrection()
        let clock = ServerClock(device: { environment.reading }, offset: offset, last: last)
        return ServerConnection(
            address: address, exchange: try environment.connect(address),
            openStream: { try environment.openStream(address) },
            keys: context.deviceKeys, clock: clock,
            retries: RetryPolicy(
                pause: environment.pause, onWait: environment.onWait, now: { clock.now },
                random: environment.random),
            random: environment.random)
    }
}
