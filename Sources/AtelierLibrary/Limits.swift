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
    /// The most rounds of one ledger exchange: each settles up to 64 spends.
    package static let ledgerRounds = 256
    /// How many unspent leases this device asks for.
    package static let wantedLeases = 2
    /// The highest seed: SQLite's integers are signed.
    package static let highestSeed = UInt64(Int64.max)
    /// The highest rating; the lowest is 1, and 0 means none.
    package static let highestRating = 5
}
