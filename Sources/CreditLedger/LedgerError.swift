public import SignedObjects

/// Why a contact, a reply or an order was not accepted; nothing was changed.
public enum LedgerError: Error, Equatable, CustomStringConvertible {
    /// More spends, returns or other entries than one message may hold.
    case tooManyItems(count: Int, limit: Int)
    /// A signed object in the message does not hold.
    case notSigned(JWSError)
    /// A signed object in the message is for another account or another device.
    case foreignObject(type: String)
    /// The server signed two different orders with one serial.
    case orderContradiction(serial: Int)
    /// More credits than one account can be given.
    case tooManyCredits(asked: Int, limit: Int)
    /// More orders than one account can be given.
    case tooManyOrders(limit: Int)
    /// An order's reason code or text is too long.
    case orderTextTooLong(bytes: Int, limit: Int)
    /// The server's clock went further ahead than the time that has passed on the device.
    case serverClockAhead(by: Duration, limit: Duration)
    /// The stored ledger of an account does not fit together.
    case damagedLedger(reason: String)

    /// The text form.
    public var description: String {
        switch self {
        case .tooManyItems(let count, let limit):
            "The message holds \(count) entries of one kind; at most \(limit) are taken at once."
        case .notSigned(let error):
            error.description
        case .foreignObject(let type):
            "The message holds an \(type) of another account or device."
        case .orderContradiction(let serial):
            "The server signed two different orders number \(serial). Tell its operator."
        case .tooManyCredits(let asked, let limit):
            "The account would have \(asked) credits; at most \(limit) can be given in all."
        case .tooManyOrders(let limit):
            "The account has had \(limit) orders already, which is as many as it can be given. "
                + "Purge it, or leave it as it stands."
        case .orderTextTooLong(let bytes, let limit):
            "A text of \(bytes) bytes; at most \(limit) are taken. Write it shorter."
        case .serverClockAhead(let lead, _):
            "The server's clock is \(Self.text(of: lead)) further ahead than the time that has "
                + "passed on this device since the last sync. Nothing was taken from it. If this "
                + "device's clock is right, tell the server's operator; else set it and sync."
        case .damagedLedger(let reason):
            "The stored ledger of this account is damaged: \(reason). Run doctor or restore it."
        }
    }

    /// Hours up to three days, then days.
    private static func text(of lead: Duration) -> String {
        let hours = lead.components.seconds / 3600
        return hours < 72 ? "\(hours) hours" : "\(hours / 24) days"
    }
}
