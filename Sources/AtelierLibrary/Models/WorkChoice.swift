/// Which works a model learns from.
public enum WorkChoice: Equatable, Sendable {
    /// All whose files are on this device.
    case all
    /// Those with this tag whose files are on this device.
    case tagged(String)
    /// These, by id.
    case named([String])
}
