/// Something about a picture file that its artist may want to know; the picture was read.
public enum PictureNote: Sendable, Equatable, CustomStringConvertible {
    /// The file moves; the still picture that it begins with was read.
    case animation
    /// The file does not end as it should, though no pixel is missing.
    case missingEnd
    /// What the file says about its colours cannot be used.
    case colorsLeftAside(reason: String)

    /// What it means for the picture.
    public var description: String {
        switch self {
        case .animation:
            "It is an animation: its first picture was taken, the others were not."
        case .missingEnd:
            "The end of the file is missing; all pixels are there."
        case .colorsLeftAside(let reason):
            "What it says about its colours was left aside: \(reason). If they look wrong, "
                + "save it again as sRGB."
        }
    }
}
