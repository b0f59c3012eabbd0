/// The bounds of what browsers send to the pages.
enum Limits {
    /// The most bytes of a form: the longest text of a letter, percent-encoded, and the rest.
    static let formBytes = 64 * 1024
    /// The most bytes of the address of a page to go to after signing in.
    static let nextBytes = 512
}
