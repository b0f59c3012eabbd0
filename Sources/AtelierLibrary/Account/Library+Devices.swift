import AtelierProtocol
import Foundation
import SignedObjects
import SyncKit

extension Library {
    /// Asks an account to let this device in. The library may be new: it needs no `init`.
    ///
    /// - Returns: The library. Its ``comparisonWords`` are what the artist types on a device that
    ///   holds the account key; then ``sync(progress:)`` here fetches the approval.
    public static func requestAccess(
        in folder: LibraryFolder, server address: String, account: String,
        deviceName: String? = nil, environment: LibraryEnvironment = .system
    ) async throws -> Library {
        guard let account = AccountID(hex: account.lowercased()) else {
            throw LibraryError.badAccount
        }
        let address = try HTTPAddress(address)
        let library = try openOrMake(
            in: folder, deviceName: deviceName, environment: environment)
        guard library.account == nil else {
            throw LibraryError.alreadyALibrary(folder: folder.root.shownPath)
        }
        let connection = try library.connection(to: address)
        let request = DeviceRequest(
            deviceKey: library.deviceKeys.signing.verifyingKey,
            agreementKey: library.deviceKeys.agreementKey, name: library.deviceName)
        _ = try await connection.post(
            "/v1/accounts/\(account)/device-requests", request, as: NoFields.self)
        try library.remember(connection.clock)
        var membership = library.membership
        membership.request = .init(address: address.description, account: account)
        try library.save(membership)
        return library
    }

    /// Lets in the one waiting device that shows these six words.
    ///
    /// Typing the words is comparing them: they are made from the keys that get approved.
    ///
    /// - Throws: ``LibraryError/noAccountKey``, ``LibraryError/badWords``,
    ///   ``LibraryError/noSuchRequest(waiting:)``.
    public func approveDevice(words typed: [String]) async throws -> KnownDevice {
        guard let words = ComparisonWords(typed: typed) else { throw LibraryError.badWords }
        guard
            let accountKey = try keys.accountKey(), let account, let server = membership.server
        else {
            throw membership.server == nil && membership.request == nil
                ? LibraryError.notJoined : LibraryError.noAccountKey
        }
        let connection = try connection()
        // A welcome without the newest key would leave the new device waiting for it.
        try await followKeys(over: connection)
        let waiting = try await connection.get(
            "/v1/device-requests", as: DeviceRequestList.self
        ).requests
        let match = waiting.first { request in
            ComparisonWords(
                account: account, deviceKey: request.deviceKey,
                agreementKey: request.agreementKey.bytes, name: request.name) == words
        }
        guard let match else { throw LibraryError.noSuchRequest(waiting: waiting.count) }
        let certificate = try JWS(
            signing: DeviceCertificate(
                account: account, deviceKey: match.deviceKey, agreementKey: match.agreementKey,
                name: match.name, issued: connection.clock.now),
            with: accountKey)
        let welcome = Welcome(
            libraryKeys: try keys.libraryKeys(), serverKey: server.key, server: server.address,
            accountKey: accountKey.verifyingKey, revoked: membership.revoked)
        let sealed = try welcome.sealed(for: match.device, of: account, to: match.agreementKey)
        let seal = try JWS(
            signing: ProvisioningSeal(
                account: account, device: match.device, sealed: sealed,
                epoch: welcome.newestEpoch, issued: connection.clock.now),
            with: accountKey)
        let approval = DeviceApproval(
            accountKey: accountKey.verifyingKey, certificate: certificate.compact,
            sealedProvisioning: sealed, provisioningSeal: seal.compact)
        _ = try await connection.post(
            "/v1/device-requests/\(match.device)/approval", approval, as: NoFields.self)
        try remember(connection.clock)
        let issued = Moment(certificate.payload.issued)
        return KnownDevice(
            id: match.device, name: match.name, certifiedAt: issued, lastSeenAt: issued,
            isThis: false, isRevoked: false)
    }

    /// The account's devices: from the server, or as last seen where it cannot be reached.
    ///
    /// - Returns: The devices, and whether the server was asked just now.
    public func devices() async throws -> (devices: [KnownDevice], isCurrent: Bool) {
        let connection = try connection()
        do {
            let list = try await connection.get("/v1/devices", as: DeviceList.self)
            try remember(connection.clock)
            let devices = try known(list)
            let json = try CanonicalJSON.encoder.encode(devices)
            let text = String(decoding: json, as: UTF8.self)
            try store.write { try LocalValue.devices.write(text, $0) }
            return (devices, true)
        } catch let failure as HTTPFailure {
            let text = try store.read { try LocalValue.devices.read($0) }
            let devices = text.flatMap {
                try? CanonicalJSON.decoder.decode([KnownDevice].self, from: Data($0.utf8))
            }
            guard let devices else { throw failure }
            return (devices, false)
        }
    }

    /// Fetches the approval that this device waits for, and takes the library's keys from it.
    func collectApproval(_ request: Membership.Request) async throws {
        let connection = try connection(to: try HTTPAddress(request.address))
        let approval: DeviceApproval
        do {
            approval = try await connection.get(
                "/v1/accounts/\(request.account)/device-requests/\(device)")
        } catch let problem as Problem where problem.type == .notApprovedYet {
            try remember(connection.clock)
            throw waiting
        }
        try remember(connection.clock)
        guard
            AccountID(key: approval.accountKey) == request.account,
            let certificate = try? JWS<DeviceCertificate>(
                verifying: approval.certificate, with: approval.accountKey),
            certificate.payload.account == request.account,
            certificate.payload.deviceKey == deviceKeys.signing.verifyingKey,
            certificate.payload.agreementKey == deviceKeys.agreementKey
        else { throw LibraryError.wrongApproval }
        let welcome = try Welcome(of: approval, with: deviceKeys, account: request.account)
        try keys.save(welcome.libraryKeys)
        var membership = membership
        membership.accountKey = approval.accountKey
        membership.revoked = welcome.revoked
        membership.keyEpoch = welcome.newestEpoch
        membership.certificate = certificate.compact
        membership.server = .init(address: request.address, key: welcome.serverKey)
        membership.request = nil
        try save(membership)
    }

    /// The devices whose certificates the account's own key signed, and no others.
    func known(_ list: DeviceList) throws -> [KnownDevice] {
        let revoked = Set(membership.revoked)
        return try certificates(in: list).map { certificate, lastSeen in
            KnownDevice(
                id: certificate.device, name: certificate.name,
                certifiedAt: Moment(certificate.issued), lastSeenAt: Moment(lastSeen),
                isThis: certificate.device == device,
                isRevoked: revoked.contains(certificate.device))
        }
    }

    /// The certificates that the account's own key signed, and when each device was heard from.
    func certificates(
        in list: DeviceList
    ) throws -> [(certificate: DeviceCertificate, lastSeen: UnixTime)] {
        guard let key = membership.accountKey else { throw waiting }
        return list.devices.compactMap { entry in
            (try? JWS<DeviceCertificate>(verifying: entry.certificate, with: key))
                .map { ($0.payload, entry.lastSeen) }
        }
    }
}
