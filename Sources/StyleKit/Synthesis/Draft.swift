/// One draft of a sheet.
public struct Draft: Sendable {
    /// Its number on the sheet, from 1: what the artist picks by.
    public let number: Int
    /// What to draw to have it in full.
    public let settings: GenerationSettings
    /// The draft as drawn: small, without a watermark.
    public let rendering: Rendering
}
