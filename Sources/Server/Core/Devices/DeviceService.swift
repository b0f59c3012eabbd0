import AtelierProtocol
import SignedObjects

/// The devices of accounts, those that wait to become one, and the library keys that are sealed to
/// them.
struct DeviceService: ServerService {
    let environment: ServiceEnvironment
    let requests: RequestAuthenticator
    let ledgers: LedgerService

    /// The devices of the caller's account.
    func list(_ incoming: IncomingRequest) async throws -> DeviceList {
        try await requests.authorized(incoming) { db, caller, now in
            try DeviceStore(db: db).list(of: caller.account, key: caller.accountKey)
        }
    }

    /// Stores a device's request to join; does and answers the same for unknown accounts, so that
    /// nobody learns which accounts exist.
    func request(
        _ request: DeviceRequest, account: AccountID, _ incoming: IncomingRequest
    ) async throws {
        try Self.checkName(request.name)
        let perDay = incoming.sender.counts(
            of: "requests", limit: policy.deviceRequestsPerAddress, window: .day)
        try await requests.asGuest(incoming, key: request.deviceKey) { db, now in
            try Rate.count(perDay, now: now, in: db)
            try DeviceStore(db: db).wait(
                request, for: account, from: incoming.sender, now: now)
        }
    }

    /// The approval that a waiting device asks for.
    func approval(
        of device: DeviceID, account: AccountID, _ incoming: IncomingRequest
    ) async throws -> DeviceApproval {
        let notYet = ServerError.refused(
            .notApprovedYet, detail: "Approve it on a device of the account, then ask again.")
        let waiting = try await database.read { db in
            try DeviceStore(db: db).waiting(device, for: account)
        }
        guard let waiting else { throw notYet }
        return try await requests.asGuest(incoming, key: waiting.request.deviceKey) { db, _ in
            guard let found = try DeviceStore(db: db).waiting(device, for: account)?.approval else {
                throw notYet
            }
            return found
        }
    }

    /// The devices that wait for the caller's account.
    func waiting(_ incoming: IncomingRequest) async throws -> DeviceRequestList {
        try await requests.authorized(incoming) { db, caller, now in
            DeviceRequestList(
                requests: try DeviceStore(db: db).waiting(for: caller.account, now: now))
        }
    }

    /// Adds a waiting device, by the account key's certificate; safe to repeat.
    func approve(
        _ approval: DeviceApproval, device: DeviceID, _ incoming: IncomingRequest
    ) async throws {
        try await requests.authorized(incoming) { db, caller, now in
            guard let waiting = try DeviceStore(db: db).waiting(device, for: caller.account) else {
                throw ServerError.refused(.notFound, detail: "No such device waits.")
            }
            let certificate = try Self.certificate(approval.certificate, key: caller.accountKey)
            guard
                approval.accountKey == caller.accountKey, certificate.payload.device == device,
                certificate.payload.agreementKey == waiting.request.agreementKey
            else {
                throw ServerError.refused(
                    .malformed, detail: "The certificate is not of the waiting device.")
            }
            try Self.checkWelcome(approval, of: caller, to: device, in: db)
            switch try DeviceStore(db: db).account(of: device) {
            case caller.account?: return
            case .some:
                throw ServerError.refused(
                    .accountExists, detail: "This device is of another account.")
            case nil: break
            }
            try DeviceStore(db: db).add(certificate, now: now)
            try DeviceStore(db: db).approve(device, for: caller.account, with: approval)
        }
    }

    /// Refuses a provisioning that another key signed, or without the newest library key.
    private static func checkWelcome(
        _ approval: DeviceApproval, of caller: Caller, to device: DeviceID, in db: Database
    ) throws {
        let seal = try? JWS<ProvisioningSeal>(
            verifying: approval.provisioningSeal, with: caller.accountKey
        ).payload
        guard
            let seal, seal.account == caller.account, seal.device == device,
            seal.sealed == Digest(of: approval.sealedProvisioning)
        else {
            throw ServerError.refused(
                .malformed, detail: "The welcome is not sealed by the account's key.")
        }
        let newest = try KeyRotationStore(account: caller.account, db: db).newest()
        guard Int64(seal.epoch) == newest else {
            throw ServerError.refused(
                .keysChanged, detail: "The library key was changed. Sync, then approve again.")
        }
    }

    /// Reads a certificate that `key` must have signed.
    static func certificate(
        _ text: String, key: VerifyingKey
    ) throws -> JWS<DeviceCertificate> {
        guard let certificate = try? JWS<DeviceCertificate>(verifying: text, with: key),
            certificate.payload.account == AccountID(key: key)
        else {
            throw ServerError.refused(
                .malformed, detail: "The certificate is not signed by the account's key.")
        }
        try checkName(certificate.payload.name)
        return certificate
    }

    private static func checkName(_ name: String) throws {
        guard name.utf8.count <= ProtocolLimits.nameBytes else {
            throw ServerError.refused(
                .malformed, detail: "A device name has at most \(ProtocolLimits.nameBytes) bytes.")
        }
    }
}
