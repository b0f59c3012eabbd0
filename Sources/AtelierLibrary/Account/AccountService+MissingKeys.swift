import AtelierProtocol
import SignedObjects
import SyncKit

extension AccountService {
    /// The epochs of the library keys that this device lacks, ascending, by the rotations that the
    /// account key signed.
    public func missingKeys() throws -> [Int] {
        try missingEpochs().map { Int(clamping: $0) }
    }

    func missingEpochs() throws -> [UInt32] {
        let known = Set(try context.keys.libraryKeys().map(\.epoch))
        guard let newest = context.membership.keyEpoch ?? known.max() else { return [] }
        return (ProtocolLimits.keyEpochs.lowerBound...newest).filter { !known.contains($0) }
    }

    /// Whether this device lacks the newest library key: what it seals could then be read by a
    /// revoked device.
    func lacksNewestKey() throws -> Bool {
        guard let newest = context.membership.keyEpoch else { return false }
        return try !context.keys.libraryKeys().contains { $0.epoch == newest }
    }

    /// Requests the library keys that this device lacks from the account's other devices, and saves
    /// those that were delivered since. Changes that need the others stay set aside.
    func askForMissingKeys(over connection: ServerConnection) async throws {
        let missing = try missingEpochs().prefix(ProtocolLimits.keysPerDelivery)
        guard !missing.isEmpty, let accountKey = context.membership.accountKey,
            let account = context.account
        else { return }
        let reply = try await connection.post(
            "/v1/keys/requests", KeyRequest(epochs: Array(missing)), as: KeyRequestReply.self)
        guard let text = reply.delivery else { return }
        let delivery = try? JWS<KeyDelivery>(verifying: text, with: accountKey).payload
        guard let delivery, delivery.account == account, delivery.device == context.device else {
            throw AccountError.unexpectedReply("library keys that the account did not sign")
        }
        let new = delivery.keys.filter { missing.contains($0.epoch) }.compactMap {
            LibraryKey(
                opening: $0.sealed, epoch: $0.epoch, of: account, with: context.deviceKeys.sealing)
        }
        guard !new.isEmpty else { return }
        try context.keys.save((try context.keys.libraryKeys() + new).sorted { $0.epoch < $1.epoch })
    }

    /// On a device with the account key: seals library keys to the devices that request them.
    ///
    /// Only devices that the account key certified and that are not revoked get any: the server
    /// says who asks, and nothing else of it is believed.
    func deliverMissingKeys(over connection: ServerConnection) async throws {
        guard let accountKey = try context.keys.accountKey(), let account = context.account else {
            return
        }
        let asked = try await connection.get(
            "/v1/keys/requests", as: KeyRequestList.self
        ).requests.filter {
            $0.device != context.device && !context.membership.revoked.contains($0.device)
        }
        guard !asked.isEmpty else { return }
        let list = try await connection.get("/v1/devices", as: DeviceList.self)
        let held = try context.keys.libraryKeys()
        for (certificate, _) in try certificates(in: list) {
            guard let request = asked.first(where: { $0.device == certificate.device }) else {
                continue
            }
            let sealed = try held.filter { request.epochs.contains($0.epoch) }
                .prefix(ProtocolLimits.keysPerDelivery).map {
                    KeyDelivery.SealedKey(
                        epoch: $0.epoch,
                        sealed: try $0.sealed(to: certificate.agreementKey, of: account))
                }
            guard !sealed.isEmpty else { continue }
            let delivery = try JWS(
                signing: KeyDelivery(
                    account: account, device: certificate.device, keys: sealed,
                    issued: connection.clock.now), with: accountKey)
            _ = try await connection.post(
                "/v1/keys/requests/\(certificate.device)",
                KeyDeliveryRequest(delivery: delivery.compact), as: NoFields.self)
        }
    }
}
