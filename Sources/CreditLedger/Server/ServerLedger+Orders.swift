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

    /// Withholds a model, or every model with a work: spends of it are held from now on.
    ///
    /// - Returns: The order; nil where the case withholds it already.
    /// - Throws: ``LedgerError``; the ledger is then unchanged.
    @discardableResult
    public mutating func withhold(
        _ withholding: Withholding, reason: String, text: String = "", appeal: String = "",
        now: UnixTime, signer: LedgerSigner
    ) throws(LedgerError) -> JWS<Order>? {
        guard !standing.withholdings.contains(withholding) else { return nil }
        return try append(
            .withhold, reason, text, appeal: appeal, withholding: withholding, now: now, signer)
    }

    /// Lifts what a case withheld: held spends are countersigned at the next contact, where
    /// nothing else stands in their way.
    ///
    /// - Returns: The order; nil where the case does not withhold it.
    /// - Throws: ``LedgerError``; the ledger is then unchanged.
    @discardableResult
    public mutating func release(
        _ withholding: Withholding, reason: String, text: String = "", now: UnixTime,
        signer: LedgerSigner
    ) throws(LedgerError) -> JWS<Order>? {
        guard standing.withholdings.contains(withholding) else { return nil }
        return try append(.release, reason, text, withholding: withholding, now: now, signer)
    }

    /// Tells the account something, without effect on its credits.
    ///
    /// - Parameters:
    ///   - kind: A note, or one of the kinds of a case.
    ///   - caseNumber: The case that it belongs to; nil for a note.
    ///   - appeal: Where to appeal.
    /// - Throws: ``LedgerError``; the ledger is then unchanged.
    @discardableResult
    public mutating func tell(
        _ kind: Letter, caseNumber: Int? = nil, reason: String, text: String, appeal: String = "",
        now: UnixTime, signer: LedgerSigner
    ) throws(LedgerError) -> JWS<Order> {
        try append(
            kind.orderKind, reason, text, appeal: appeal, caseNumber: caseNumber, now: now, signer)
    }

    /// An order that has no effect but to be read.
    public enum Letter: Sendable, CaseIterable {
        /// Words to the person.
        case note
        /// A case was opened.
        case caseOpened
        /// Words in a case.
        case caseLetter
        /// What was decided in a case.
        case caseDecision

        var orderKind: Order.Kind {
            switch self {
            case .note: .note
            case .caseOpened: .caseOpened
            case .caseLetter: .caseLetter
            case .caseDecision: .caseDecision
            }
        }
    }

    private mutating func append(
        _ kind: Order.Kind, _ reason: String, _ text: String, until: UnixTime? = nil,
        device: DeviceID? = nil, credits: Int = 0, appeal: String = "", caseNumber: Int? = nil,
        withholding: Withholding? = nil, now: UnixTime, _ signer: LedgerSigner
    ) throws(LedgerError) -> JWS<Order> {
        try checkLength(of: reason, limit: LedgerLimits.reasonBytes)
        try checkLength(of: text, limit: LedgerLimits.textBytes)
        try checkLength(of: appeal, limit: LedgerLimits.textBytes)
        try checkCount(with: kind)
        let time = max(clock, now)
        var (work, model): (Digest?, Digest?) = (nil, nil)
        switch withholding?.subject {
        case .work(let digest)?: work = digest
        case .model(let digest)?: model = digest
        case nil: break
        }
        let payload = Order(
            account: account, serial: standing.serial + 1, kind: kind, reason: reason, text: text,
            until: until, device: device, credits: credits, appeal: appeal,
            caseNumber: caseNumber ?? withholding?.caseNumber, work: work, model: model,
            time: time)
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
        let lifts: [Order.Kind] = [.reinstate, .resumeService, .release]
        let room = lifts.contains(kind) ? LedgerLimits.liftingOrders : 0
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
