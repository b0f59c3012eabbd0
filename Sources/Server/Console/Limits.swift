/// The bounds of what browsers send to the pages.
enum Limits {
    /// The most bytes of a form: the longest text of a letter, percent-encoded, and the rest.
    static let formBytes = 64 * 1024
    /// The most bytes of the address of a page to go to after signing in.
    static let nextBytes = 512
    /// Rows of a table on one page.
    static let rowsPerPage = 100
    /// The most invites that a page makes at once, and their days.
    static let invitesAtOnce = 50
    static let inviteDays = 366
    /// The longest pause that ends by itself, in hours: a year.
    static let pauseHours = 8760
    /// The last page of the queue that can be asked for, from 0.
    static let queuePages = 1000
    /// The longest suspension that ends by itself, in days.
    static let suspensionDays: Int64 = 3650
    /// The most characters of each part of a search.
    static let searchCharacters = 100
    /// The most bytes of a claim's or reservation's code as people write it.
    static let codeBytes = 128
    /// The months of the public report, this one included.
    static let reportMonths = 12
    /// How long a public report is shown before it is made again, in seconds.
    static let reportLifetime: Int64 = 3600
    /// The most credits that one form gives.
    static let grantedAtOnce = 100
}
