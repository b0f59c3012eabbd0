public import SignedObjects

// Orders: what the server's people decide.
extension ServerLedger {
    /// Suspends the account: from now on no leases and no receipts; spends that come are held.
    ///
    /// - Parameters:
    ///   - reason: Stable reason code, such as `not-own-work`.
    ///   - text: Words to the person.
    ///   - until: When it ends by itself; nil: when it is lifted.
    ///   - appeal: Where to appeal.
    /// - Throws: ``LedgerError``; the ledger is then unchanged.
    @discardableResult
    public mutating func suspend(
        reason: String, text: String = "", until: UnixTime? = nil, appeal: String = "",
        now: UnixTime, signer: LedgerSigner
    ) throws(LedgerError) -> JWS<Order> {
        try append(.suspend, reason, text, until: until, appeal: appeal, now: now, signer)
    }

    /// Lifts a suspension: held spends are countersigned at the next contact.
    ///
    /// - Throws: ``LedgerError``; the ledger is then unchanged.
    @discardableResult
    public mutating func reinstate(
        reason: String, text: String = "", now: UnixTime, signer: LedgerSigner
    ) throws(LedgerError) -> JWS<Order> {
        try append(.reinstate, reason, text, now: now, signer)
    }

    /// Pauses the service for the account: no leases and no receipts; spends that come are held.
    ///
    /// - Parameters:
    ///   - reason: Stable reason code, such as `maintenance`.
    ///   - until: When it ends by itself; nil: when it is resumed.
    /// - Throws: ``LedgerError``; the ledger is then unchanged.
    @discardableResult
    public mutating func pause(
        reason: String, text: String = "", until: UnixTime? = nil, now: UnixTime,
        signer: LedgerSigner
    ) throws(LedgerError) -> JWS<Order> {
        try append(.pauseService, reason, text, until: until, now: now, signer)
    }

    /// Ends a pause: held spends are countersigned at the next contact.
    ///
    /// - Throws: ``LedgerError``; the ledger is then unchanged.
    @discardableResult
    public mutating func resume(
        reason: String, text: String = "", now: UnixTime, signer: LedgerSigner
    ) throws(LedgerError) -> JWS<Order> {
        try append(.resumeService, reason, text, now: now, signer)
    }

    /// Gives the account `count` more credits.
    ///
    /// - Throws: ``LedgerError``; the ledger is then unchanged.
    @discardableResult
    public mutating func grant(
        _ count: Int, reason: String, text: String = "", now: UnixTime, signer: LedgerSigner
    ) throws(LedgerError) -> JWS<Order> {
        let granted = totals.granted
        guard count > 0, count <= LedgerLimits.creditsPerAccount - granted else {
            throw .tooManyCredits(
                asked: granted + min(max(count, 0), LedgerLimits.creditsPerAccount + 1),
                limit: LedgerLimits.creditsPerAccount)
        }
        return try append(.grant, reason, text, credits: count, now: now, signer)
    }

    /// Revokes a device of the account: it gets no lease and no receipt any more, and its leases
    /// come back when they end.
    ///
    /// - Returns: The order; nil where the device was revoked before, which is final.
    /// - Throws: ``LedgerError``; the ledger is then unchanged.
    @discardableResult
    public mutating func revoke(
        _ device: DeviceID, reason: String, text: String = "", now: UnixTime, signer: LedgerSigner
    ) throws(LedgerError) -> JWS<Order>? {
        guard !standing.isRevoked(device) else { return nil }
        return try append(.revokeDevice, reason, text, device: device, now: now, signer)
    }

    private mutating func append(
        _ kind: Order.Kind, _ reason: String, _ text: String, until: UnixTime? = nil,
        device: DeviceID? = nil, credits: Int = 0, appeal: String = "", now: UnixTime,
        _ signer: LedgerSigner
    ) throws(LedgerError) -> JWS<Order> {
        try checkLength(of: reason, limit: LedgerLimits.reasonBytes)
        try checkLength(of: text, limit: LedgerLimits.textBytes)
        try checkLength(of: appeal, limit: LedgerLimits.textBytes)
        try checkCount(with: kind)
        let time = max(clock, now)
        let payload = Order(
            account: account, serial: standing.serial + 1, kind: kind, reason: reason, text: text,
            until: until, device: device, credits: credits, appeal: appeal, time: time)
        do {
            let order = try signer.order(payload)
            take(order)
            clock = time
            return order
        } catch {
            throw .notSigned(error)
        }
    }

    /// What lifts something has room beyond the limit, so that nothing lasts for want of it.
    private func checkCount(with kind: Order.Kind) throws(LedgerError) {
        let room = [.reinstate, .resumeService].contains(kind) ? LedgerLimits.liftingOrders : 0
        guard standing.serial < LedgerLimits.ordersPerAccount + room else {
            throw .tooManyOrders(limit: LedgerLimits.ordersPerAccount)
        }
    }

    private func checkLength(of text: String, limit: Int) throws(LedgerError) {
        guard text.utf8.count <= limit else {
            throw .orderTextTooLong(bytes: text.utf8.count, limit: limit)
        }
    }
}
