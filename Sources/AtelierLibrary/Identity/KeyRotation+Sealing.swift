import AtelierProtocol
import SignedObjects

extension KeyRotation {
    /// A rotation to a new library key, sealed to `members` and the recovery phrase only.
    init(
        of account: AccountID, epoch: UInt32, key: SecretBytes, members: [DeviceCertificate],
        revoked: [DeviceID], recovery: AgreementKey, issued: UnixTime
    ) throws {
        let seal = { (to: AgreementKey) in
            try LibraryKey(epoch: epoch, key: key).sealed(to: to, of: account)
        }
        self.init(
            account: account, epoch: epoch, revoked: revoked,
            boxes: try members.map {
                Box(device: $0.device, sealed: try seal($0.agreementKey))
            },
            recovery: try seal(recovery), issued: issued)
    }

    /// The new key, opened by a device; nil where it is not sealed to that device.
    func libraryKey(for keys: DeviceKeys) -> LibraryKey? {
        boxes.first { $0.device == keys.device }.flatMap {
            LibraryKey(opening: $0.sealed, epoch: epoch, of: account, with: keys.sealing)
        }
    }

    /// The new key, opened by the recovery phrase's key.
    func libraryKey(forRecovery key: SealingKey) -> LibraryKey? {
        LibraryKey(opening: recovery, epoch: epoch, of: account, with: key)
    }
}
