package import SignedObjects

/// After the server was restored: the devices that may hold what it lost.
///
/// Until each of them has handed that in, nothing is lent or signed for the account: the same
/// credit could go out twice.
package struct LedgerWait: Hashable, Sendable {
    /// The devices that have not come yet.
    package var devices: Set<DeviceID>
    /// From then on nobody is waited for.
    package let until: UnixTime

    /// Takes every field.
    package init(devices: Set<DeviceID>, until: UnixTime) {
        self.devices = devices
        self.until = until
    }
}
