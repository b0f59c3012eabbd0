/// Something that was removed and can still come back. Its JSON form is what `works trash --json`
/// prints.
public struct TrashedObject: Codable, Equatable, Sendable {
    /// The id that it had, and will have again.
    public let id: RowID
    /// What it was.
    public let kind: RemovedKind
    /// A work's title, a model's name, or the name of the model that a picture was made with.
    public let name: String
    /// When it was removed.
    public let removedAt: Moment
    /// When it is gone for good; a device that hears of it late keeps its file longer.
    public let keptUntil: Moment
    /// What the device was called that removed it.
    public let deviceName: String
    /// Whether its file lies in the trash of this device.
    public let isHere: Bool
}
