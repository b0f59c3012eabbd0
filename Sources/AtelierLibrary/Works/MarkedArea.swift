import SignedObjects
public import StyleKit

/// A rectangle on a work as people write it: `LEFT,TOP,RIGHT,BOTTOM` in per cent of the picture,
/// two decimals at most.
public struct MarkedArea: LosslessStringConvertible, Sendable {
    /// The rectangle.
    public let area: WorkArea

    /// Wraps a rectangle.
    public init(_ area: WorkArea) {
        self.area = area
    }

    /// Reads the text form, else nil.
    public init?(_ text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let edges = parts.compactMap { Double($0) }
            .filter { (0...100).contains($0) }
            .map { Int(rounding: $0 * 100) }
        guard parts.count == 4, edges.count == 4,
            let area = WorkArea(
                left: edges[0], top: edges[1], right: edges[2], bottom: edges[3])
        else { return nil }
        self.area = area
    }

    /// The text form.
    public var description: String {
        [area.left, area.top, area.right, area.bottom]
            .map { $0 % 100 == 0 ? "\($0 / 100)" : "\(Double($0) / 100)" }
            .joined(separator: ",")
    }
}
