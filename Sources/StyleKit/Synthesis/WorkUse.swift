/// How a generation uses one work.
public struct WorkUse: Sendable, Equatable, Codable {
    /// The work's id: 16 bytes. An id that the model does not know changes nothing.
    public var workID: [UInt8]
    /// Whether nothing at all is taken from the work.
    public var isLeftOut: Bool
    /// Areas from which nothing is taken.
    public var avoided: [WorkArea]
    /// Areas that appear whole or not at all, such as a face; at most a third of the picture's
    /// short side each, else they are only avoided.
    public var keptWhole: [WorkArea]

    /// Uses a work as told.
    public init(
        workID: [UInt8], isLeftOut: Bool = false, avoided: [WorkArea] = [],
        keptWhole: [WorkArea] = []
    ) {
        self.workID = workID
        self.isLeftOut = isLeftOut
        self.avoided = avoided
        self.keptWhole = keptWhole
    }

    /// For hashing: id, left out (1 byte), then the counts (4 bytes) and edges (4 × 2 bytes) of
    /// the avoided and of the kept areas; little-endian.
    public var bytes: [UInt8] {
        var writer = ModelWriter()
        writer.append(workID)
        writer.append(isLeftOut ? 1 : 0, bytes: 1)
        for areas in [avoided, keptWhole] {
            writer.append(areas.count, bytes: 4)
            for area in areas {
                for edge in [area.left, area.top, area.right, area.bottom] {
                    writer.append(edge, bytes: 2)
                }
            }
        }
        return writer.bytes
    }
}
