/// What the numbers of a decoded file stand for, before they become sRGB.
enum ChannelKind: Equatable {
    case color
    case gray
    /// Four inks, where 255 is no ink.
    case invertedInk
}
