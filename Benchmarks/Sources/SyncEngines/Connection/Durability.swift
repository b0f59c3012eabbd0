/// How much of what was committed survives a power cut.
package enum Durability: String, CaseIterable, Sendable {
    /// All but the last transactions; the file stays sound.
    case normal
    /// Everything.
    case full
}
