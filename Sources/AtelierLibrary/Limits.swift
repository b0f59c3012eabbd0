/// The bounds of this target.
package enum Limits {
    /// Drafts of one sheet that are drawn in full, at most: what one credit buys.
    static let picksPerSheet = 4
    /// The largest picture file that is read, in bytes.
    package static let pictureBytes = 512 * 1024 * 1024
    /// The largest model file that is read, in bytes.
    package static let modelBytes = 2 * 1024 * 1024 * 1024
    /// The largest key file or generation plan that is read, in bytes.
    package static let smallFileBytes = 256 * 1024
    /// The longest sealed welcome that is opened, in bytes.
    package static let welcomeBytes = 64 * 1024
    /// The longest title, in UTF-8 bytes.
    package static let titleBytes = 1024
    /// The longest part of an exported file's name that its title makes, in UTF-8 bytes: with the
    /// rest it stays below the 255 of usual file systems.
    static let fileTitleBytes = 120
    /// The longest note, in UTF-8 bytes.
    package static let noteBytes = 64 * 1024
    /// The longest tag, in UTF-8 bytes.
    package static let tagBytes = 128
    /// The most tags of one work.
    package static let tagsPerWork = 64
    /// The longest licence text, in UTF-8 bytes; the statement that holds it must stay small.
    package static let licenceBytes = 4 * 1024
    /// The longest model name, in UTF-8 bytes.
    package static let modelNameBytes = 128
    /// The most works that one model learns from.
    package static let worksPerModel = 512
    /// The fewest digits that name an object by the start of its id.
    package static let prefixDigits = 4
    /// How often a revocation begins anew where another device joined meanwhile.
    static let revocationTries = 4
    /// How long the file of a removed work, model or picture stays in the trash.
    package static let trashTime = Duration.seconds(30 * 24 * 3600)
    /// The longest row that is kept for bringing back what was removed, in bytes of its text.
    static let removedRowBytes = 256 * 1024
    /// The most files that one row can name.
    static let filesPerRow = 2
    /// The most doubts that are kept.
    static let doubts = 64
    /// The most pages of the audit log that one sync compares.
    static let auditPages = 1024
    /// The most rounds of one ledger exchange: each settles up to 64 spends.
    package static let ledgerRounds = 256
    /// How many unspent leases this device asks for.
    package static let wantedLeases = 2
    /// The sides of a picture that a row may tell, in pixels.
    static let sides = 0...1_000_000
    /// The sizes of a file that a row may tell, in bytes.
    static let fileBytes = 0...1 << 50
    /// The most colours, or steps of one measure, that a row may tell of a model.
    static let measuredParts = 64
    /// The highest seed: SQLite's integers are signed.
    package static let highestSeed = UInt64(Int64.max)
    /// The highest rating; the lowest is 1, and 0 means none.
    package static let highestRating = 5
}
