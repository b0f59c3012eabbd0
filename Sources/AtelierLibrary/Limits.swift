import SystemSupport

/// The limits of the client's library.
package enum Limits {
    /// The most drafts of one sheet that one credit pays for in full.
    static let picksPerSheet = 4
    /// The largest picture file that is read, in bytes.
    package static let pictureBytes = 512 * 1024 * 1024
    /// The largest model file that is read, in bytes.
    package static let modelBytes = 2 * 1024 * 1024 * 1024
    /// The largest key file or generation plan that is read, in bytes.
    package static let smallFileBytes = 256 * 1024
    /// The widths of small copies, in pixels.
    package static let thumbnailWidths = 32...2_048
    /// The quality of small copies, 0 to 100.
    static let thumbnailQuality = 82
    /// The longest sealed provisioning that is opened, in bytes.
    package static let provisioningBytes = 64 * 1024
    /// The longest name of a sketch or of a part of one, in bytes.
    package static let sketchNameBytes = 40
    /// The largest part of a sketch that is read, in bytes.
    package static let sketchBytes = 32 * 1024 * 1024
    /// The longest title, in UTF-8 bytes.
    package static let titleBytes = 1024
    /// The longest part of an exported file's name that comes from its title, in UTF-8 bytes; with
    /// the rest, the name stays below the 255 bytes of common file systems.
    static let fileTitleBytes = 120
    /// The longest note, in UTF-8 bytes.
    package static let noteBytes = 64 * 1024
    /// The longest JSON text of a work's landmarks, in bytes; the largest marks need a tenth.
    package static let landmarksBytes = 128 * 1024
    /// The longest tag, in UTF-8 bytes.
    package static let tagBytes = 128
    /// The most tags of one work.
    package static let tagsPerWork = 64
    /// The longest licence text, in UTF-8 bytes; the statement that holds it must stay small.
    package static let licenceBytes = 4 * 1024
    /// The most requests with registrations of one sync.
    static let registrationRounds = 256
    /// The most bytes of registrations in one request; with the rest it stays below
    /// `ProtocolLimits.messageBytes`.
    static let registrationBytes = 160 * 1024
    /// The longest text of a refused registration that is stored, in characters.
    static let refusalText = 500
    /// The most pages of the list of reservations that one sync fetches.
    static let reservationPages = 256
    /// The longest tag of a reply that is kept, in bytes.
    static let tagLength = 128
    /// How old the certificate for signing pictures becomes before it is asked for again.
    static let certificateAge = Duration.seconds(86_400)
    /// The most pages of cases that one sync fetches.
    static let casePages = 1024
    /// The most models that one deletion certificate names.
    static let modelsPerCertificate = 512
    /// The most devices that one deletion certificate names.
    static let devicesPerCertificate = 64
    /// The most training marks that a rights statement names.
    package static let recordedMarks = 12
    /// The longest model name, in UTF-8 bytes.
    package static let modelNameBytes = 128
    /// The most works that one model learns from.
    package static let worksPerModel = 512
    /// The most attempts of a revocation while other devices join or rotate keys.
    static let revocationTries = 4
    /// How long the file of a removed work, model or picture stays in the trash.
    package static let trashTime = Duration.seconds(30 * 24 * 3600)
    /// The room that is kept for removing on a full disk, in bytes.
    static let reserveBytes = 1 << 20
    /// The most time since the last sweep that counts for the trash, where no server confirmed it.
    static let trashStep = Duration.seconds(7 * 24 * 3600)
    /// The longest stored contents of a removed row, in bytes.
    static let removedRowBytes = 256 * 1024
    /// The most files that one removal entry may name.
    static let filesPerRow = 2
    /// The most problems with single files that an import or export of a folder tells.
    static let carriedProblems = 64
    /// The most doubts that are stored.
    static let doubts = 64
    /// The most pages of the audit log that one sync compares.
    static let auditPages = 1024
    /// The most rounds of one ledger exchange: each settles up to 64 spends.
    package static let ledgerRounds = 256
    /// The number of unspent leases that this device requests.
    package static let wantedLeases = 2
    /// The range of a picture's sides in a row, in pixels.
    static let sides = 0...1_000_000
    /// The range of file sizes in a row, in bytes.
    static let fileBytes = 0...1 << 50
    /// The most colours, or steps of one measure, in a model's row.
    static let measuredParts = 64
    /// The highest seed: SQLite's integers are signed.
    package static let highestSeed = UInt64(Int64.max)
    /// The highest rating; the lowest is 1, and 0 means none.
    package static let highestRating = 5
}
