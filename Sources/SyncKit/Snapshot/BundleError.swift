/// Why a bundle could not be imported; nothing was changed.
public enum BundleError: Error, Equatable, CustomStringConvertible {
    /// The file is not a bundle.
    case notABundle
    /// The file ends too early.
    case cutOff
    /// A chunk is missing, doubled or out of its order.
    case outOfOrder(chunk: Int)

    /// What happened, and what to do.
    public var description: String {
        switch self {
        case .notABundle: "This file is not a bundle of this program."
        case .cutOff: "The bundle ends too early. Copy it again, whole."
        case .outOfOrder(let chunk):
            "Chunk \(chunk) of the bundle does not follow the one before. Make the bundle again."
        }
    }
}
