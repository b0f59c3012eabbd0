/// Why a style could not be learned, read or used; nothing was changed.
public enum StyleError: Error, Equatable, CustomStringConvertible {
    /// A model needs at least one work.
    case noWorks
    /// More works than ``Limits/works``.
    case tooManyWorks(count: Int, limit: Int)
    /// The id of a work was given twice.
    case repeatedWork
    /// A work's id does not have 16 bytes.
    case wrongWorkID(bytes: Int)
    /// A side of a picture is below ``Limits/workSide``.
    case workTooSmall(width: Int, height: Int, limit: Int)
    /// The bytes are no complete, unaltered style model.
    case damagedModel(reason: String)
    /// The model was made by another engine version; it must be learned again from the works.
    case otherEngine(version: String)
    /// A side of the picture to make is outside ``Limits/generatedSide``.
    case sizeOutOfRange(width: Int, height: Int, lowest: Int, highest: Int)
    /// The originality is outside ``Limits/originality``.
    case originalityOutOfRange(value: Int)
    /// The closeness is outside ``Limits/closeness``.
    case closenessOutOfRange(value: Int)
    /// The work that is to be painted after is not in the model.
    case notInModel
    /// A picture is to be painted after, and none was given.
    case noPicture
    /// More areas of one work than ``Limits/areas``.
    case tooManyAreas(count: Int, limit: Int)
    /// Fewer works with marks than ``Limits/figureWorks`` may be used for a figure.
    case tooFewFigures(count: Int, limit: Int)
    /// None of the works with marks is cut out: there is something around their heads.
    case figuresNotCutOut(count: Int)
    /// The work that is to give a part of a figure has no marks, is left out or is not cut out.
    case notAFigure
    /// All works that may be used show a marked character, and a composition is made of other
    /// works.
    case onlyFigures(count: Int)
    /// Every work is left out, avoided or kept whole: no patch may be used.
    case nothingToUse
    /// The caller cancelled; no picture was made.
    case cancelled

    /// What happened, the limit, and what to do next.
    public var description: String {
        switch self {
        case .noWorks:
            "A style needs at least one work. Add works first."
        case .tooManyWorks(let count, let limit):
            "\(count) works were chosen; one style holds at most \(limit). Choose fewer."
        case .repeatedWork:
            "The same work was chosen twice. Choose each work once."
        case .wrongWorkID(let bytes):
            "A work's id has \(bytes) bytes; it must have 16."
        case .workTooSmall(let width, let height, let limit):
            "A work is \(width) × \(height) pixels; each side must have at least \(limit)."
        case .damagedModel(let reason):
            "The style model is damaged: \(reason). Learn the style again from its works."
        case .otherEngine(let version):
            "The style model was made by engine \(version). Learn the style again from its works."
        case .sizeOutOfRange(let width, let height, let lowest, let highest):
            "The picture would be \(width) × \(height) pixels; each side may have "
                + "\(lowest) to \(highest)."
        case .originalityOutOfRange(let value):
            "Originality would be \(value); it may be \(Limits.originality.lowerBound) to "
                + "\(Limits.originality.upperBound)."
        case .closenessOutOfRange(let value):
            "Closeness would be \(value); it may be \(Limits.closeness.lowerBound) to "
                + "\(Limits.closeness.upperBound)."
        case .notInModel:
            "The work to paint after is not in this model. Give its file, or choose another model."
        case .noPicture:
            "A picture is to be painted after, and none was given. Give a work or a picture."
        case .tooManyAreas(let count, let limit):
            "\(count) areas of one work are marked; at most \(limit) are looked at. Mark fewer."
        case .tooFewFigures(let count, let limit):
            "\(count) works with landmarks may be used; a figure is made of at least \(limit). Set "
                + "the landmarks of more works, and train the model again."
        case .figuresNotCutOut(let count):
            "\(count) works have landmarks, but none that may be used is cut out: figures are made "
                + "of characters on a transparent ground. Add works without their background."
        case .notAFigure:
            "The work that is to give the pose, the head or the colours has no landmarks, is left "
                + "out, or is not cut out. Choose another, or set its landmarks and train the "
                + "model again."
        case .onlyFigures(let count):
            "\(count) works may be used, and each shows a character with landmarks, of which new "
                + "characters are made: --figure. For another picture allow a work without "
                + "landmarks, or give --after, --sketch or --collage."
        case .nothingToUse:
            "All works are left out or avoided: nothing is left to draw with. Allow part of one."
        case .cancelled:
            "Cancelled before the picture was finished."
        }
    }
}
