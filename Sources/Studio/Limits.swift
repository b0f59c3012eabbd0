import AtelierLibrary

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
    /// How long the server goes on after the last page was closed.
    static let idleTime = Duration.seconds(600)
    /// How often an open page is told that the server is there.
    static let beat = Duration.seconds(15)
    /// The widths of small copies of pictures, in pixels; each is made once and kept.
    static let copyWidths = [160, 320, 640, 1280, 2048]
    /// The most small copies that are made at once.
    static let copiesAtOnce = 2
    /// The most jobs that run or wait.
    static let openJobs = 16
    /// The most jobs that are told, those that have ended included.
    static let keptJobs = 32
    /// The most pictures that a job keeps: the drafts of a sheet, and a preview of each pick.
    static let jobPictures = 16
    /// The most events that wait for a page to read them.
    static let waitingEvents = 256
    /// How long an uploaded file lies, at least, before it counts as left by a crash, in seconds.
    static let incomingTime = 24 * 3600.0
    /// The longest name of an uploaded file that is kept, in UTF-8 bytes.
    static let fileNameBytes = 200
    /// The most works that one request names.
    static let worksAtOnce = 5_000
    /// The most folders that are tried as the place of an export.
    static let exportNames = 99
    /// The largest bundle of changes that is taken, in bytes.
    static let bundleBytes = 4 << 30
    /// The largest mask that is painted over a work, in bytes.
    static let maskBytes = 32 << 20
    /// The most bytes of the list of a sketch's layers.
    static let sketchListBytes = 64 << 10
    /// The most bytes of a layer of a sketch, or of its whole.
    static let sketchPartBytes = AtelierLibrary.Limits.sketchBytes
    /// The most files of a sketch.
    static let sketchParts = 40
    /// The most source maps that are kept in memory: each takes seconds to draw.
    static let keptMaps = 16
    /// The most other pictures of the same sheet that one answer names.
    static let matesAtOnce = 12
    /// The time between two looks whether the server has anything left to do.
    static let idleLook = Duration.seconds(5)
    /// The connections that wait to be accepted.
    static let backlog = 64
}
