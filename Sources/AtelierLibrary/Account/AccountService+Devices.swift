import AtelierProtocol
import Foundation
public import SignedObjects
import SyncKit
import SyncKitHTTP

/// A device of the account. Its JSON form is what `devices list --json` prints.
public struct KnownDevice: Codable, Equatable, Sendable {
    /// The device's id: a digest of its signing key.
    public let id: DeviceID
    /// The name that the artist gave it.
    public let name: String
    /// When its certificate was issued.
    public let certifiedAt: Moment
    /// Server time of its last request.
    public let lastSeenAt: Moment
    /// Whether it is this device.
    public let isThis: Bool
    /// Whether it was revoked.
    public let isRevoked: Bool
}

extension AccountService {
    /// Asks an account to let this device in; ``comparisonWords`` are then what the artist types on
    /// a device that holds the account key.
    ///
    /// - Throws: `HTTPFailure`, `Problem`.
    func requestAccess(to account: AccountID, at address: HTTPAddress) async throws {
        let connection = try connection(to: address)
        let request = DeviceRequest(
            deviceKey: context.deviceKeys.signing.verifyingKey,
            agreementKey: context.deviceKeys.agreementKey, name: context.deviceName)
        _ = try await connection.post(
            "/v1/accounts/\(account)/device-requests", request, as: NoFields.self)
        try context.remember(connection.clock)
        var membership = context.membership
        membership.request = .init(address: address.description, account: account)
        try context.save(membership)
    }

    /// Approves the one waiting device that shows these six words: certifies its keys, and seals
    /// the library keys to it.
    ///
    /// The words are derived from the keys that are approved, so typing them compares the keys.
    ///
    /// - Throws: ``AccountError/noAccountKey``, ``AccountError/badWords``,
    ///   ``AccountError/noSuchRequest(waiting:)``.
    public func approve(words typed: [String]) async throws -> KnownDevice {
        guard let words = ComparisonWords(typed: typed) else { throw AccountError.badWords }
        guard
            let accountKey = try context.keys.accountKey(), let account = context.account,
            let server = context.membership.server
        else {
            throw context.membership.server == nil && context.membership.request == nil
                ? AccountError.notJoined : AccountError.noAccountKey
        }
        let connection = try connection()
        // Without the newest key the new device would have to wait for it.
        try await followKeys(over: connection)
        let waiting = try await connection.get(
            "/v1/device-requests", as: DeviceRequestList.self
        ).requests
        let match = waiting.first { request in
            ComparisonWords(
                account: account, deviceKey: request.deviceKey,
                agreementKey: request.agreementKey.bytes, name: request.name) == words
        }
        guard let match else { throw AccountError.noSuchRequest(waiting: waiting.count) }
        let certificate = try JWS(
            signing: DeviceCertificate(
                account: account, deviceKey: match.deviceKey, agreementKey: match.agreementKey,
                name: match.name, issued: connection.clock.now),
            with: accountKey)
        let provisioning = DeviceProvisioning(
            libraryKeys: try context.keys.libraryKeys(), serverKey: server.key,
            server: server.address,
            accountKey: accountKey.verifyingKey, revoked: context.membership.revoked)
        let sealed = try provisioning.sealed(for: match.device, of: account, to: match.agreementKey)
        let seal = try JWS(
            signing: ProvisioningSeal(
                account: account, device: match.device, sealed: sealed,
                epoch: provisioning.newestEpoch, issued: connection.clock.now),
            with: accountKey)
        let approval = DeviceApproval(
            accountKey: accountKey.verifyingKey, certificate: certificate.compact,
            sealedProvisioning: sealed, provisioningSeal: seal.compact)
        _ = try await connection.post(
            "/v1/device-requests/\(match.device)/approval", approval, as: NoFields.self)
        try context.remember(connection.clock)
        let issued = Moment(certificate.payload.issued)
        return KnownDevice(
            id: match.device, name: match.name, certifiedAt: issued, lastSeenAt: issued,
            isThis: false, isRevoked: false)
    }

    /// The account's devices, from the server; where it cannot be reached, from the last answer.
    ///
    /// - Returns: The devices, and whether the list came from the server now.
    /// - Throws: ``AccountError/notJoined``; `HTTPFailure` where there is no earlier answer;
    ///   `Problem`.
    public func devices() async throws -> (devices: [KnownDevice], isCurrent: Bool) {
        let connection = try connection()
        do {
            let list = try await connection.get("/v1/devices", as: DeviceList.self)
            try context.remember(connection.clock)
            let devices = try known(list)
            let json = try CanonicalJSON.encoder.encode(devices)
            let text = String(decoding: json, as: UTF8.self)
            try context.store.write { try LocalValue.devices.write(text, $0) }
            return (devices, true)
        } catch let failure as HTTPFailure {
            let devices = try lastKnownDevices()
            guard !devices.isEmpty else { throw failure }
            return (devices, false)
        }
    }

    /// The account's devices by the server's last answer; none before the first.
    func lastKnownDevices() throws -> [KnownDevice] {
        let text = try context.store.read { try LocalValue.devices.read($0) }
        return text.flatMap {
            try? CanonicalJSON.decode([KnownDevice].self, from: Data($0.utf8))
        } ?? []
    }

    /// Fetches the approval of this device's request, checks it, and saves the library keys in it.
    func collectApproval(_ request: Membership.Request) async throws {
        let connection = try connection(to: try HTTPAddress(request.address))
        let approval: DeviceApproval
        do {
            approval = try await connection.get(
                "/v1/accounts/\(request.account)/device-requests/\(context.device)")
        } catch let problem as Problem where problem.type == .notApprovedYet {
            try context.remember(connection.clock)
            throw context.waiting
        }
        try context.remember(connection.clock)
        guard
            AccountID(key: approval.accountKey) == request.account,
            let certificate = try? JWS<DeviceCertificate>(
                verifying: approval.certificate, with: approval.accountKey),
            certificate.payload.account == request.account,
            certificate.payload.deviceKey == context.deviceKeys.signing.verifyingKey,
            certificate.payload.agreementKey == context.deviceKeys.agreementKey
        else { throw AccountError.wrongApproval }
        let provisioning = try DeviceProvisioning(
            of: approval, with: context.deviceKeys, account: request.account)
        try context.keys.save(provisioning.libraryKeys)
        var membership = context.membership
        membership.accountKey = approval.accountKey
        membership.revoked = provisioning.revoked
        membership.keyEpoch = provisioning.newestEpoch
        membership.certificate = certificate.compact
        membership.server = .init(address: request.address, key: provisioning.serverKey)
        membership.request = nil
        try context.save(membership)
    }

    /// The devices whose certificates are signed by the account key; others are left out.
    func known(_ list: DeviceList) throws -> [KnownDevice] {
        let revoked = Set(context.membership.revoked)
        return try certificates(in: list).map { certificate, lastSeen in
            KnownDevice(
                id: certificate.device, name: certificate.name,
                certifiedAt: Moment(certificate.issued), lastSeenAt: Moment(lastSeen),
                isThis: certificate.device == context.device,
                isRevoked: revoked.contains(certificate.device))
        }
    }

    /// The certificates that are signed by the account key, with the time of each last request.
    func certificates(
        in list: DeviceList
    ) throws -> [(certificate: DeviceCertificate, lastSeen: UnixTime)] {
        guard let key = context.membership.accountKey else { throw context.waiting }
        return list.devices.compactMap { entry in
            (try? JWS<DeviceCertificate>(verifying: entry.certificate, with: key))
                .map { ($0.payload, entry.lastSeen) }
        }
    }
}
