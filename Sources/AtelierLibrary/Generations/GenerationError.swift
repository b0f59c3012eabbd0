/// Why a picture was not generated or exported; no credit is lost.
public enum GenerationError: ServiceError {
    /// The account may not generate now.
    case refused(reason: String)
    /// A paid picture cannot be written now; it can be finished later.
    case unfinished(reason: String)
    /// A picture was made and is in the library, and cannot be copied to the file that was named.
    case notCopied(path: String, reason: String)
    /// The artist stopped it.
    case stopped
    /// Rendering again gave other pixels than the first time.
    case otherPixels
    /// The watermark stays: the server has not countersigned the generation.
    case noReceipt(reason: String, nextStep: NextStep?)
    /// The row of a generation no longer says what is needed to render it again.
    case changedRow
    /// The generation is not a sheet of drafts.
    case notASheet(name: String)
    /// The generation is a sheet of drafts, not a picture.
    case isASheet(name: String)
    /// More drafts of one sheet than one credit pays for.
    case tooManyPicks(limit: Int)

    var kind: Failure.Kind {
        switch self {
        case .refused, .noReceipt, .changedRow: .refused
        case .stopped: .transient
        case .unfinished, .notCopied: .storage
        case .otherPixels: .other
        case .notASheet, .isASheet, .tooManyPicks: .invalidInput
        }
    }

    var nextStep: NextStep? {
        switch self {
        case .stopped, .unfinished: .finishPictures
        case .notCopied: .exportPicture
        case .noReceipt(_, let step): step
        case .notASheet: .makeSheet
        case .isASheet: .pickDrafts
        default: nil
        }
    }

    /// What happened, and why.
    public var description: String {
        switch self {
        case .refused(let reason): reason
        case .unfinished(let reason):
            "\(reason) The picture is paid for and not lost: it can be finished once there is room."
        case .notCopied(let path, let reason):
            "\(path) cannot be written: \(reason). The picture is in the library."
        case .stopped: "Stopped. The credit is kept: the picture can be finished later."
        case .otherPixels:
            "Rendering again gave other pixels, so nothing was written. The model or this program "
                + "has changed since the picture was made."
        case .noReceipt(let reason, _):
            "The watermark cannot be left out yet: \(reason) Exporting with the watermark works "
                + "at any time."
        case .changedRow:
            "The picture cannot be rendered again: another program changed its entry in the "
                + "library."
        case .notASheet(let name): "\(name) is not a sheet of drafts."
        case .isASheet(let name):
            "\(name) is a sheet of drafts. Draw some of the drafts in full first."
        case .tooManyPicks(let limit):
            "At most \(limit) drafts of one sheet can be drawn in full."
        }
    }
}
