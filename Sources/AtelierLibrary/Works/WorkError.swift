import StyleKit

/// Why a work or its marked areas cannot be used; nothing was changed.
public enum WorkError: ServiceError {
    /// The work is too small to learn from; sides in pixels.
    case tooSmall(title: String, width: Int, height: Int)
    /// The picture marks no area of the work.
    case notAMask(path: String, reason: String, nextStep: NextStep?)

    init(tooSmall work: Work) {
        self = .tooSmall(title: work.title, width: work.width, height: work.height)
    }

    var kind: Failure.Kind { .other }

    var nextStep: NextStep? {
        switch self {
        case .tooSmall: nil
        case .notAMask(_, _, let step): step
        }
    }

    /// What happened, and why.
    public var description: String {
        switch self {
        case .tooSmall(let title, let width, let height):
            "The work \"\(title)\" is \(width) × \(height) pixels. A model learns from works of at "
                + "least \(StyleKit.Limits.workSide) pixels on each side. Choose other works, or "
                + "remove this one and add a larger version."
        case .notAMask(let path, let reason, _):
            "\(path) cannot be used as a mask for this work. \(reason) Nothing was changed."
        }
    }
}
