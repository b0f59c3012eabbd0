/// The bounds of the server that are not part of the protocol.
package enum Limits {
    /// The longest name of who runs the server, in characters.
    static let operatorNameCharacters = 80
    /// The most devices that one account may have.
    static let devicesPerAccount = 32
    /// The most columns of a row that is written.
    static let statementParameters = 64
    /// The most requests to join one account that one sender has waiting.
    static let waitingDevicesPerSender = 4
    /// The most bytes of a request proof.
    static let proofBytes = 4 * 1024
    /// How long a nonce is kept: the 60 s before and after its time in which a proof is accepted,
    /// and 8 minutes by which the clocks of instances that share a database may differ.
    static let nonceLifetime = Duration.seconds(600)
    /// The most library keys that an account may have had.
    static let keyRotations: Int64 = 10_000
    /// The most key rotations in one reply.
    static let keyRotationsPerReply = 64
    /// The most devices of one account that watch it.
    static let watchersPerAccount = 64
    /// The most bytes read from a connection at once: a record of TLS.
    static let readBytes = 16 * 1024
    /// The most bytes of one header field, and of all; a proof is the longest.
    static let headerFieldBytes = 8 * 1024
    static let headerBytes = 16 * 1024
    /// The most header fields.
    static let headerFields = 100
    /// Connections that wait to be accepted.
    static let backlog = 1024
    /// Descriptors kept for files and for connections that are closing.
    static let reservedDescriptors = 512
    /// Wider networks of version 6, in bits, and how many times as much as one of 64 bits each may
    /// send without an account.
    static let widerNetworks = [(56, 4), (48, 16)]
    /// The largest body of a request without an account, in bytes.
    static let guestBytes = 32 * 1024
    /// The most characters of what is wrong with a body that are told.
    static let faultCharacters = 200
    /// The most bytes of path and query.
    static let targetBytes = 512
    /// The most rows that a listing shows.
    package static let listedRows = 10_000
    /// How long a case stays with the moderator who takes it.
    static let caseLockTime = Duration.seconds(30 * 60)
    /// The longest name of a moderator, in UTF-8 bytes.
    static let moderatorNameBytes = 64
    /// Rows of the audit log that are looked at in one step.
    static let auditPage = 1000
    /// The most invites made at once.
    static let invitesAtOnce = 1000
    /// A day in milliseconds.
    static let day: Int64 = 86_400_000
    /// How far this machine's clock may run ahead of one that cannot be set, or lie behind the last
    /// time that was known to be right.
    static let clockStep = Duration.seconds(10 * 60)
    /// How long after the last time that was known to be right a program may be started: after a
    /// longer pause the operator has to say that the clock is right.
    static let clockPause = Duration.seconds(14 * 86_400)
    /// When to come again where it did, in seconds.
    static let clockStepRetry = 600
    /// The most seconds that one statement may take.
    static let statementSeconds = 30
    /// How often a transaction is run when the database makes it give way.
    static let transactionAttempts = 5
    /// How long a writer waits for another to finish.
    static let busySeconds = 10.0
    /// The most transactions of SQLite that are committed at once.
    static let writesPerCommit = 64
    /// How many devices are remembered by their keys, each about 500 bytes.
    static let cachedCallers = 16_384
    /// The most segments that one request compacts away.
    static let compactedSegments = 256
    /// The most bytes of segments that one request compacts away, the first one always.
    static let compactedBytes = 8 * 1024 * 1024
    /// The most chunks of snapshots that one request sweeps away.
    static let sweptChunks = 8
    /// After so many stored segments the epoch file waits for the disk.
    static let segmentsPerCheckpoint: Int64 = 64
    /// How many signed documents are kept read, each about 1.5 KB.
    static let cachedDocuments = 8192
    /// The most series of one metric, the limit of OpenTelemetry's metrics SDK; what is recorded
    /// past it goes into one series more.
    package static let seriesPerMetric = 2000
    /// With less free room than this the server is not ready: a few segments, and what SQLite
    /// writes beside them.
    package static let leastWritableBytes = 16 << 20
    /// When to come again then, in seconds.
    static let fullDiskRetry = 60
    /// The most works that one account registers, withdrawn ones included.
    static let registeredWorks = 10_000
    /// The most models that one account registers, withdrawn ones included.
    static let registeredModels = 2000
    /// The most rows that one statement finds or writes by their keys.
    static let rowsByKey = 256
    /// Fingerprints that are read into memory in one step.
    static let fingerprintPage = 4096
    /// Certificates begin two days before they were made, in seconds: clocks differ.
    static let certificateLead: Double = 2 * 86_400
    /// `doctor` asks for a new root after 9 years; one is valid for 10.
    static let rootAge = Duration.seconds(9 * 365 * 86_400)
    /// How long the status of a receipt may be kept by whoever asked.
    static let statusLifetime = Duration.seconds(300)
    /// The most letters of cases that become orders at one contact.
    static let lettersPerContact = 16
    /// The most letters of cases that become orders of one account in a day: the others wait, for
    /// whoever opens many cases must not fill the account's ledger.
    static let lettersPerDay = 64
    /// So many of an account's orders are kept for what operators decide.
    static let ordersWithoutLetters = 4000
    /// The most accounts whose works, and the most reservations and claims, one work, reservation
    /// or claim is held against: the nearest.
    static let casesPerOpening = 64
    /// With so many open matches between two accounts no more of theirs are opened.
    static let openMatches = 8
    /// The most bytes of what was written in one reply with several cases; the first always fits.
    static let caseListBytes = 256 * 1024
    /// How many numbers a restored server leaves out: more than can have been given since it was
    /// saved.
    static let skippedNumbers = 100_000
    /// The most that moderators do in one case, and the most letters of each of its sides: together
    /// fewer than ``RightsLimits/lettersPerCase``.
    static let moderatorEventsPerCase = 90
    static let lettersPerSide = 50
    /// The most bytes of a moderator's words: with how to appeal they fit an order.
    static let moderatorTextBytes = 1700
    /// The most reservations of one account that are in force or wait: nobody fills the list alone.
    static let reservationsPerAccount = 2000
    /// The most reservations that wait for a moderator.
    static let pendingReservations = 10_000
    /// How long a reservation of somebody without an account waits for a moderator.
    static let pendingTime = Duration.seconds(90 * 86_400)
    /// The most cases of claims that wait for a moderator.
    static let openClaims = 10_000
    /// With so many open claims against it an account hears of another only from a moderator.
    static let toldClaims = 8
    /// The most bytes of all pictures that claimants gave: 1 GiB.
    static let claimPictureBytes: Int64 = 1 << 30
    /// A folder for files that can be made only once has room for so much.
    static let probeBytes = 64 * 1024
    /// The most claims, and the most holders, whose contacts are forgotten in one transaction.
    static let forgottenAtOnce = 1000
    /// The largest evidence file that is read.
    static let evidenceBytes = 64 << 20
    /// `doctor` reports less free room than this: 1 GiB.
    static let leastFreeBytes = 1 << 30
    /// The most bytes of an origin.
    static let originBytes = 300
    /// The most bytes of a passkey's id, as WebAuthn has it.
    static let passkeyIDBytes = 1023
    /// The most characters of each part of what a browser sends of a passkey.
    static let passkeyMessageBytes = 8 * 1024
    /// The most passkeys of one moderator.
    static let passkeysPerModerator = 16
    /// The longest name of a passkey, in characters.
    static let passkeyLabelCharacters = 60
    /// How long a page may wait for a passkey.
    static let challengeLifetime = Duration.seconds(5 * 60)
    /// How long a passkey's confirmation of weighty acts holds.
    static let confirmationLifetime = Duration.seconds(5 * 60)
    /// The most steps of logins in a minute from one address, and with one moderator's passkeys.
    static let loginsPerMinute = 30
    static let loginsPerModerator = 20
    /// The most refused logins in a day that are noted in the audit log.
    static let notedRefusalsPerDay = 2000
    /// The most sessions of one moderator; another ends the one that was used the longest ago.
    static let sessionsPerModerator = 16
    /// The most requests that change something, of one moderator in a minute.
    static let moderatorRequestsPerMinute = 300
    /// Entries of the audit log on one page, and the most rows that are looked at for them.
    static let auditEntriesPerPage = 100
    static let auditRowsSearched = 20_000
    /// The most pages of moderators that wait for news.
    static let consoleWatchers = 256
}
