import AtelierProtocol
import SignedObjects
import SyncKit

extension Library {
    /// The connection to the server that this library belongs to.
    func connection() throws -> ServerConnection {
        guard let server = membership.server else {
            throw membership.request == nil ? LibraryError.notJoined : waiting
        }
        return try connection(to: HTTPAddress(server.address))
    }

    func connection(to address: HTTPAddress) throws -> ServerConnection {
        let (offset, last) = try clockCorrection()
        let clock = ServerClock(
            device: { [environment] in environment.reading }, offset: offset, last: last)
        return ServerConnection(
            address: address, exchange: try environment.connect(address),
            openStream: { [environment] in try environment.openStream(address) },
            keys: deviceKeys, clock: clock,
            patience: Patience(
                pause: environment.pause, onWait: environment.onWait, now: { clock.now },
                random: environment.random),
            random: environment.random)
    }

    /// Keeps what the connection learnt of the server's clock.
    func remember(_ clock: ServerClock) throws {
        guard let offset = clock.offset else { return }
        try store.write { try LocalValue.clockOffset.write(String(offset), $0) }
        try store.setClockOffset(.milliseconds(offset))
    }

    /// The six words of this device's waiting request, or nil where none waits.
    public var comparisonWords: String? {
        guard let request = membership.request else { return nil }
        return words(for: request.account).description
    }

    func words(for account: AccountID) -> ComparisonWords {
        ComparisonWords(
            account: account, deviceKey: deviceKeys.signing.verifyingKey,
            agreementKey: deviceKeys.agreementKey.bytes, name: deviceName)
    }
}
