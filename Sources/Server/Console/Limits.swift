/// The bounds of what browsers send to the pages.
enum Limits {
    /// The most bytes of a form: the longest text of a letter, percent-encoded, and the rest.
    static let formBytes = 64 * 1024
}
