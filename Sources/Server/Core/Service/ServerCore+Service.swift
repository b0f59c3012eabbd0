import CreditLedger
public import SignedObjects

extension ServerCore {
    /// Pauses the service for everybody: no leases, no receipts; spends that come are held.
    ///
    /// - Parameters:
    ///   - reason: Stable reason code, such as `maintenance`.
    ///   - until: When it ends by itself; nil: when it is resumed.
    ///   - message: Words to the artists.
    /// - Throws: ``ServerError`` where a value is out of bounds.
    public func pauseService(
        reason: String, until: UnixTime? = nil, message: String = "", actor: String
    ) throws {
        let now = clock()
        if let until, until <= now {
            throw ServerError.invalidValue(name: "until", reason: "must lie in the future")
        }
        try Self.checkReason(reason)
        guard reason.utf8.count <= LedgerLimits.reasonBytes,
            message.utf8.count <= LedgerLimits.textBytes
        else {
            throw ServerError.invalidValue(
                name: "reason or message",
                reason: "is longer than \(LedgerLimits.reasonBytes) and \(LedgerLimits.textBytes) "
                    + "bytes")
        }
        try order(
            ServicePause(reason: reason, words: message, until: until), "service pause",
            message, actor, now)
    }

    /// Ends a pause; held spends are countersigned at each account's next contact.
    ///
    /// - Throws: ``ServerError`` where the service is not paused.
    public func resumeService(message: String = "", actor: String) throws {
        let now = clock()
        let pause = try database.read { db in try ServiceStore(db: db).pause(at: now) }
        guard pause != nil else {
            throw ServerError.invalidValue(name: "service", reason: "is not paused")
        }
        try order(nil, "service resume", message, actor, now)
    }

    private func order(
        _ pause: ServicePause?, _ action: String, _ message: String, _ actor: String,
        _ now: UnixTime
    ) throws {
        try database.write { db in
            try ServiceStore(db: db).add(pause, words: message, now: now)
            try Audit.append(
                action, actor: actor, account: nil, reason: pause?.reason ?? "", detail: message,
                now: now, in: db)
        }
        hub.wake(part: 0, of: 1)
        // The act is done; who is not told now sees it at the next beat.
        try? database.announce(Self.everybody)
    }

    /// What is announced where every account has news.
    static let everybody = "service"
}
