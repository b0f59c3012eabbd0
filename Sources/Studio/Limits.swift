/// The limits of the page's server.
enum Limits {
    /// The most addresses with a ticket that are open at once.
    static let tickets = 8
    /// The most bytes of a request's body that is not a file.
    static let messageBytes = 512 * 1024
    /// The most bytes of path and query.
    static let targetBytes = 8 * 1024
    /// The most pages that follow the events at once.
    static let followers = 64
    /// The most works or pictures of one answer.
    static let pageLength = 500
    /// How long the server goes on after the last page was closed.
    static let idleTime = Duration.seconds(600)
    /// How often an open page is told that the server is there.
    static let beat = Duration.seconds(15)
    /// The time between two looks whether another program wrote to the library.
    static let lookAround = Duration.seconds(1)
    /// The widths of pictures in a list, in pixels; each is made once and kept.
    static let thumbnailWidths = [160, 320, 640, 1280]
    /// The most thumbnails that are made at once.
    static let thumbnailsAtOnce = 2
    /// The connections that wait to be accepted.
    static let backlog = 64
}
