import CreditLedger
import SignedObjects

/// A server and a device with real keys, and one contact between them.
struct SignedPair {
    let serverKey = SigningKey()
    let deviceKey = SigningKey()
    let account = AccountID(checked: [UInt8](repeating: 7, count: 16))
    let journal = JournalID(checked: [UInt8](repeating: 8, count: 16))
    var policy = LedgerPolicy()
    var ledger: ServerLedger
    var wallet: DeviceWallet
    var now = UnixTime(milliseconds: 1_760_000_000_000)
    /// What the device's journal holds of returns.
    var journaledReturns: [JWS<Return>] = []
    /// What is registered: the one model of ``parts(_:model:)``.
    var models = [
        Digest(of: "model"): ModelRights(
            works: Digest(of: "works"), workCount: 1, isWithheld: false)
    ]
    private var leaseCount = 0
    private var epoch = 1

    init() {
        ledger = ServerLedger(account: account, policy: policy, now: now)
        wallet = DeviceWallet(
            account: account, device: DeviceID(key: deviceKey.verifyingKey), journal: journal,
            spends: [], returns: [])
    }

    /// The server's ledger is `backup` from now on, in a new epoch.
    mutating func restore(_ backup: ServerLedger, waitingFor others: Set<DeviceID> = []) {
        ledger = backup
        epoch += 1
        ledger.beginEpoch(
            waitingFor: others.union([wallet.device]), until: now + .seconds(33 * 86_400),
            isFirst: epoch == 2)
    }

    var signer: LedgerSigner { LedgerSigner(key: serverKey) }

    /// One contact over the wire's forms; the reply is returned and absorbed.
    @discardableResult
    mutating func contact() throws -> LedgerReply {
        let reply = try reply(to: request())
        try wallet.absorb(reply, serverKey: serverKey.verifyingKey)
        return reply
    }

    /// What the device would say now.
    mutating func request() throws -> LedgerRequest {
        var journaled = journaledReturns
        defer { journaledReturns = journaled }
        return try wallet.request(now: now, signedBy: deviceKey) { journaled.append($0) }
    }

    /// The device gives a lease back.
    mutating func giveBack(_ lease: LeaseID) throws {
        var journaled = journaledReturns
        defer { journaledReturns = journaled }
        try wallet.giveBack(lease, now: now, signedBy: deviceKey) { journaled.append($0) }
    }

    /// The server's reply, which the device has not seen yet.
    mutating func reply(to request: LedgerRequest) throws -> LedgerReply {
        let contact = try LedgerContact(
            verifying: request, account: account, deviceKey: deviceKey.verifyingKey,
            serverKey: serverKey.verifyingKey)
        var count = leaseCount
        defer { leaseCount = count }
        return try ledger.exchange(
            contact, models: models, epoch: epoch, now: now, policy: policy, signer: signer
        ) {
            count += 1
            return LeaseID(checked: [UInt8](repeating: UInt8(truncatingIfNeeded: count), count: 16))
        }.reply
    }

    /// A contact while the server's clock is 400 days ahead, whose reply does not arrive; then the
    /// clock is right, and the operator has brought the ledger's time back.
    mutating func loseReplyFromTheFuture() throws {
        let (request, present) = (try request(), now)
        now = now + .seconds(400 * 86_400)
        _ = try reply(to: request)
        now = present
        ledger.setTimeBack(to: present, policy: policy)
    }

    @discardableResult
    mutating func spend(_ name: String, model: String = "model") throws -> WalletSpend {
        try wallet.spend(Self.parts(name, model: model), now: now, signedBy: deviceKey)
    }

    /// What a picture of this name is made of.
    static func parts(_ name: String, model: String = "model") -> RenderSpec {
        RenderSpec(
            model: Digest(of: model), works: Digest(of: "works"), settings: Digest(of: name),
            seed: 1, engine: "1")
    }

    /// The wallet read back from its snapshot, with the journal as given.
    func restored(
        from snapshot: WalletSnapshot, journal: JournalID? = nil, spends: [JWS<Spend>],
        returns: [JWS<Return>] = []
    ) -> DeviceWallet {
        DeviceWallet(
            snapshot, account: account, journal: journal ?? self.journal, spends: spends,
            returns: returns, serverKey: serverKey.verifyingKey, deviceKey: deviceKey.verifyingKey)
    }
}
