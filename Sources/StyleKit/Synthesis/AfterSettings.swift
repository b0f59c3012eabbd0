/// What a picture is painted after, and how closely.
public struct AfterSettings: Sendable, Equatable, Codable {
    /// The id of the work, 16 bytes; nil for a picture that is given beside the settings.
    public var workID: [UInt8]?
    /// How close it is kept, within ``Limits/closeness``: at 100 it is the work with its geometry
    /// bent; the lower, the more marks of other works it has; near 0 the work itself gives none,
    /// and it stands in another work's light.
    public var closeness: Int

    /// Makes settings; their ranges are checked when a synthesis starts.
    public init(workID: [UInt8]? = nil, closeness: Int = 70) {
        self.workID = workID
        self.closeness = closeness
    }

    /// The canonical encoding, for hashing: the closeness (1 byte), then 0 for a picture that is
    /// given beside, else 1 and the id.
    public var bytes: [UInt8] {
        [UInt8(clamping: closeness)] + (workID.map { [1] + $0 } ?? [0])
    }

    /// - Throws: ``StyleError/closenessOutOfRange(value:)``, ``StyleError/wrongWorkID(bytes:)``.
    func check() throws(StyleError) {
        guard Limits.closeness.contains(closeness) else {
            throw .closenessOutOfRange(value: closeness)
        }
        if let workID, workID.count != 16 { throw .wrongWorkID(bytes: workID.count) }
    }
}
