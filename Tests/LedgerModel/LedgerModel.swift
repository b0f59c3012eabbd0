import CreditLedger
import SignedObjects

/// One account, two devices and a network that loses, repeats and reorders: small enough to try
/// all.
///
/// The network keeps the last two messages each way; any of them may arrive at any time, any number
/// of times, or never. Nothing is really signed: the texts only have to differ where payloads do.
package struct LedgerModel: Hashable, Sendable {
    /// One thing that can happen.
    package enum Action: Hashable, Sendable {
        case ask(Int)
        case deliver(Int, message: Int)
        case receive(Int, message: Int)
        case contact(Int)
        case spend(Int)
        case giveBack(Int)
        case restoreDatabase(Int)
        case wait
        case suspend(timed: Bool)
        case reinstate
        case pause
        case resume
        case revoke(Int)
        case forgeSpend(lease: Int, body: Int)
        case forgeReturn(lease: Int)
        case backUpServer
        case restoreServer
        /// The server's clock is so many steps ahead from now on; 0: it is right again.
        case setServerClock(ahead: Int)
        /// The operator brings the ledger's time back, as `service clock` does.
        case setTimeBack
        /// The device's model and its works are registered.
        case register(Int)
        /// Moderators withhold the device's model, or a work of it, or lift that.
        case withhold(Int)
        case release(Int)
    }

    /// A mistake that a server or a device could make; the search must find each.
    package enum Mistake: CaseIterable, Hashable, Sendable {
        /// A restored server asks for nothing of what it lost.
        case asksForNothing
        /// A restored server lends while devices may hold what it lost.
        case waitsForNobody
        /// A restored server drops the receipts, leases or orders that are handed in.
        case forgetsReceipts
        case forgetsLeases
        case forgetsOrders
        /// Setting the time back frees the leases that are dated ahead.
        case freesWhenSetBack
        /// Setting the time back leaves leases dated ahead as they are.
        case keepsDatesAhead
        /// A device never believes a lower server time.
        case believesForEver
        /// A device does not count what has passed since the last contact.
        case countsNoTime
        /// A server signs for models that are not registered.
        case ignoresRegistration
        /// A server does not see that a withheld work is in a model.
        case overlooksWithheldWorks
        /// A server holds the spends of every model where one is withheld.
        case holdsOtherModels
        /// A server gives up what it held when a withholding is lifted.
        case dropsWhatItHeld
        /// A restored server drops the withholdings that are handed in.
        case forgetsWithholdings

        /// Those of a server that was restored.
        package static let afterRestore: [Mistake] = [
            .asksForNothing, .waitsForNobody, .forgetsReceipts, .forgetsLeases, .forgetsOrders,
        ]

        /// Those about registered and withheld models.
        package static let ofRights: [Mistake] = [
            .ignoresRegistration, .overlooksWithheldWorks, .holdsOtherModels, .dropsWhatItHeld,
            .forgetsWithholdings,
        ]
    }

    /// Longer than what clocks may differ by, so that a step counts.
    static let step = Duration.seconds(3600)
    /// How many steps the server's clock may go ahead: what devices believe, and what they refuse.
    static let leads = [3, 40]
    static let policy = LedgerPolicy(freeCredits: 2, lease: step, grace: step, leasesPerDevice: 2)
    static let account = AccountID(checked: [UInt8](repeating: 7, count: 16))
    static let start = UnixTime(milliseconds: 1_000_000)

    var server = ServerLedger(account: account, policy: policy, now: start)
    var wallets: [DeviceWallet]
    /// The returns in each device's journal, which no restored database takes away.
    var journaledReturns: [[JWS<Return>]] = [[], []]
    var requests: [[LedgerContact]] = [[], []]
    var replies: [[LedgerAnswer]] = [[], []]
    var ticks = 0
    /// Whether the part of the ledger that a contact needs once decided otherwise than the whole.
    var partDiffers = false
    /// Leases that the second device has seen, where it is modified; nil where it is honest.
    var loot: [JWS<Lease>]?

    /// The server's epoch.
    var epoch = 1
    /// What can be restored, once; nil before a backup.
    var backup: ServerLedger?
    /// Whether the server may be backed up and restored, or was.
    var restores: Bool
    let mistake: Mistake?
    /// Devices that lost what they knew of a server that can be restored.
    var forgetful: Set<Int> = []
    /// Devices that were revoked before they had handed in what they held.
    var excused: Set<Int> = []

    /// Whether the server's clock may go ahead, or was.
    var hasClocks: Bool
    /// By how many steps the server's clock is ahead.
    var lead = 0
    /// Whether the server's clock was ahead once.
    var wasAhead = false
    /// Whether a clock that was ahead ended a lease before its time.
    var hasEndedEarly = false
    /// Whether a device refused the last reply, as the server's clock had gone too far ahead.
    var hasRefused = false
    /// How many steps each device takes the server to be ahead, since its last contact.
    var corrections = [0, 0]

    /// Whether models have to be registered and may be withheld; else nothing stands in their way.
    var hasRights: Bool
    /// The devices whose models are registered.
    var registered: Set<Int> = []
    /// Those that were when the server was backed up.
    var registeredInBackup: Set<Int> = []

    /// A new account; the second device may be one that breaks every rule it can.
    package init(
        secondDeviceIsModified: Bool = false, restores: Bool = false, hasClocks: Bool = false,
        hasRights: Bool = false, mistake: Mistake? = nil
    ) {
        self.hasRights = hasRights
        self.restores = restores
        self.hasClocks = hasClocks
        self.mistake = mistake
        wallets = [0, 1].map { Self.wallet($0, spends: [], returns: []) }
        loot = secondDeviceIsModified ? [] : nil
        readClocks()
    }

    /// What the server's clock says.
    var now: UnixTime { Self.start + Self.step * (ticks + lead) }

    /// The ledger's time, which never falls but by its repair.
    var ledgerTime: UnixTime { max(now, server.clock) }

    var isSuspended: Bool { server.standing.suspension(at: ledgerTime) != nil }

    var isPaused: Bool { server.standing.pause(at: ledgerTime) != nil }

    func isRevoked(_ device: Int) -> Bool { server.standing.isRevoked(Self.device(device)) }

    func isHonest(_ device: Int) -> Bool { device == 0 || loot == nil }

    /// What can happen next.
    package var actions: [Action] {
        var actions: [Action] = []
        for device in [0, 1] {
            actions += [.contact(device), .ask(device), .spend(device)]
            actions += requests[device].indices.map { .deliver(device, message: $0) }
            actions += replies[device].indices.map { .receive(device, message: $0) }
            if !wallets[device].unspentLeases.isEmpty { actions.append(.giveBack(device)) }
            if wallets[device].serverTime != nil { actions.append(.restoreDatabase(device)) }
        }
        if ticks < 4 { actions.append(.wait) }
        if isSuspended {
            actions.append(.reinstate)
        } else if server.orders.count < 3 {
            actions += [.suspend(timed: false), .suspend(timed: true)]
        }
        if isPaused {
            actions.append(.resume)
        } else if server.orders.count < 3 {
            actions.append(.pause)
        }
        if server.orders.count < 3 {
            actions += [0, 1].filter { !isRevoked($0) }.map { .revoke($0) }
        }
        actions += clockActions + rightsActions
        if restores, epoch == 1 { actions.append(backup == nil ? .backUpServer : .restoreServer) }
        for lease in (loot ?? []).indices {
            actions += [.forgeReturn(lease: lease), .forgeSpend(lease: lease, body: 0)]
            actions.append(.forgeSpend(lease: lease, body: 1))
        }
        return actions
    }

    package mutating func perform(_ action: Action) throws {
        hasRefused = false
        let awaited = server.wait?.devices ?? []
        try take(action)
        // By an order that was given now, or by one that another device has handed in.
        for device in [0, 1] where awaited.contains(Self.device(device)) && isRevoked(device) {
            excused.insert(device)
        }
    }

    private mutating func take(_ action: Action) throws {
        switch action {
        case .ask(let device):
            try ask(device)
        case .deliver(let device, let message):
            _ = try deliver(requests[device][message], from: device)
        case .receive(let device, let message):
            _ = try receive(replies[device][message], at: device)
        case .contact(let device):
            try contact(device)
        case .spend(let device):
            try spend(device)
        case .giveBack(let device):
            let lease = wallets[device].unspentLeases.map(\.payload.lease).min()
            if let lease { try giveBack(lease, device) }
        case .restoreDatabase(let device):
            restoreDatabase(of: device)
        case .wait:
            ticks += 1
            readClocks()
        case .setServerClock(let ahead):
            (lead, wasAhead) = (ahead, true)
        case .setTimeBack:
            setTimeBack()
        case .suspend(let timed):
            let until = timed ? now + Self.step : nil
            try server.suspend(reason: "test", until: until, now: now, signer: Self.signer)
        case .reinstate:
            try server.reinstate(reason: "test", now: now, signer: Self.signer)
        case .pause:
            try server.pause(reason: "test", now: now, signer: Self.signer)
        case .resume:
            try server.resume(reason: "test", now: now, signer: Self.signer)
        case .register(let device):
            registered.insert(device)
        case .withhold(let device):
            try withhold(device)
        case .release(let device):
            try release(device)
        case .backUpServer:
            (backup, registeredInBackup) = (server, registered)
        case .restoreServer:
            restoreServer()
        case .revoke(let device):
            try server.revoke(
                Self.device(device), reason: "test", now: now, signer: Self.signer)
        case .forgeSpend(let lease, let body):
            try forgeSpend(lease, body)
        case .forgeReturn(let lease):
            try forgeReturn(lease)
        }
    }

    private mutating func restoreServer() {
        guard let backup else { return }
        (server, registered) = (backup, registeredInBackup)
        epoch += 1
        let devices = [0, 1].filter { !isRevoked($0) }.map { Self.device($0) }
        let isForgetful = [.asksForNothing, .waitsForNobody].contains(mistake)
        server.beginEpoch(
            waitingFor: isForgetful ? [] : Set(devices), until: Self.start + Self.step * 1000)
    }

    private mutating func contact(_ device: Int) throws {
        try ask(device)
        guard let request = requests[device].last else { return }
        let answer = try deliver(request, from: device)
        // The reply to a question that was just asked tells the server's clock, too.
        if try receive(answer, at: device) { corrections[device] = lead }
    }

    private mutating func restoreDatabase(of device: Int) {
        // A device has no connection from before its own restore to a server that was restored or
        // had
        // a wrong clock: a reply kept since then would be a replay, and it forgot what tells it so.
        if epoch > 1 || wasAhead { replies[device] = [] }
        if restores { forgetful.insert(device) }
        corrections[device] = 0
        wallets[device] = Self.wallet(
            device, spends: wallets[device].spends, returns: journaledReturns[device])
        readClocks()
    }

    private mutating func ask(_ device: Int) throws {
        var journal = journaledReturns[device]
        let now = time(of: device)
        let contact = try wallets[device].contact(wantedLeases: 2, now: now) { payload in
            Self.record(payload, in: &journal)
        }
        journaledReturns[device] = journal
        remember(contact, in: &requests[device])
    }

    private mutating func giveBack(_ lease: LeaseID, _ device: Int) throws {
        var journal = journaledReturns[device]
        try wallets[device].giveBack(lease, now: time(of: device)) { Self.record($0, in: &journal) }
        journaledReturns[device] = journal
    }

    /// In the order of leases, so that equal journals are equal states.
    private static func record(
        _ payload: Return, in journal: inout [JWS<Return>]
    ) -> JWS<Return> {
        let giveBack = sign(payload)
        journal.append(giveBack)
        journal.sort { $0.payload.lease < $1.payload.lease }
        return giveBack
    }

    @discardableResult
    private mutating func deliver(_ contact: LedgerContact, from device: Int) throws -> LedgerAnswer
    {
        let (before, time, epoch) = (server, now, epoch)
        let contact = contact.mistaken(mistake, epoch)
        let models = models(for: contact)
        let answer = try Self.exchange(contact, models, epoch, with: &server, now: time)
        let part = try before.exchangingPart(contact, policy: Self.policy, now: time) {
            try Self.exchange(contact, models, epoch, with: &$0, now: time, naming: before)
        }
        if part.answer != answer || part.ledger != server { partDiffers = true }
        noteEarlyEnds(contact, before)
        remember(answer, in: &replies[device])
        return answer
    }

    /// - Returns: Whether the device took it: it does not where the server's clock went far ahead.
    private mutating func receive(_ answer: LedgerAnswer, at device: Int) throws -> Bool {
        do throws(LedgerError) {
            try wallets[device].absorb(answer, own: ownClocks)
        } catch {
            guard hasClocks, case .serverClockAhead = error else { throw error }
            hasRefused = true
            return false
        }
        guard device == 1, let known = loot else { return true }
        loot = known + answer.leases.filter { !known.contains($0) }
        return true
    }

    private mutating func spend(_ device: Int) throws {
        let parts = Self.parts(device, wallets[device].spends.count)
        let now = time(of: device)
        guard case .success = wallets[device].permission(now: now) else { return }
        _ = try wallets[device].spend(parts, now: now, sign: Self.sign)
    }

    private mutating func forgeSpend(_ place: Int, _ body: Int) throws {
        guard let lease = loot?[place].payload else { return }
        let spend = Spend(
            account: lease.account, device: lease.device, lease: lease.lease, credit: lease.credit,
            epoch: lease.epoch, journal: Self.journal(1), number: 9, previous: .zero,
            parts: Self.parts(1, body), time: Self.start, orderSerial: 0)
        try deliverForged(spends: [Self.sign(spend)], returns: [])
    }

    private mutating func forgeReturn(_ place: Int) throws {
        guard let lease = loot?[place].payload else { return }
        let giveBack = Return(
            account: lease.account, device: lease.device, lease: lease.lease, credit: lease.credit,
            epoch: lease.epoch, time: Self.start)
        try deliverForged(spends: [], returns: [Self.sign(giveBack)])
    }

    private mutating func deliverForged(spends: [JWS<Spend>], returns: [JWS<Return>]) throws {
        let contact = LedgerContact(
            device: Self.device(1), spends: spends, returns: returns, wantedLeases: 0,
            orderSerial: 0)
        _ = try Self.exchange(contact, models(for: contact), epoch, with: &server, now: now)
    }

    private func remember<Message: Equatable>(_ message: Message, in messages: inout [Message]) {
        messages.removeAll { $0 == message }
        messages = messages.suffix(1) + [message]
    }
}

// The parts that a model is made of.
extension LedgerModel {
    static func exchange(
        _ contact: LedgerContact, _ models: [Digest: ModelRights], _ epoch: Int,
        with server: inout ServerLedger, now: UnixTime, naming whole: ServerLedger? = nil
    ) throws -> LedgerAnswer {
        // A lease's name follows from what it is, so that equal histories are equal states.
        let epochs = (whole ?? server).credits.map(\.epoch)
        let taken = (whole ?? server).leases.count
        var made = 0
        return try server.exchange(
            contact, models: models, epoch: epoch, now: now, policy: policy, signer: signer
        ) {
            made += 1
            let name = "\(contact.device) \(epochs) \(taken) \(made) \(now) \(epoch)"
            return LeaseID(checked: Array(Digest(of: name).bytes.prefix(16)))
        }
    }

    static func device(_ index: Int) -> DeviceID {
        DeviceID(checked: [UInt8](repeating: UInt8(index + 1), count: 16))
    }

    static func journal(_ index: Int) -> JournalID {
        JournalID(checked: [UInt8](repeating: UInt8(index + 1), count: 16))
    }

    static func wallet(
        _ device: Int, spends: [JWS<Spend>], returns: [JWS<Return>]
    ) -> DeviceWallet {
        DeviceWallet(
            account: account, device: Self.device(device), journal: journal(device),
            spends: spends, returns: returns)
    }

    static func sign(_ spend: Spend) -> JWS<Spend> {
        JWS(
            trusting: spend,
            compact: "S \(spend.lease) \(spend.number) \(spend.body) \(spend.time.milliseconds)")
    }

    static func sign(_ giveBack: Return) -> JWS<Return> {
        JWS(trusting: giveBack, compact: "R \(giveBack.lease)")
    }

    static let signer = LedgerSigner(
        lease: { lease in JWS(trusting: lease, compact: "L \(lease.lease)") },
        receipt: { receipt in
            JWS(
                trusting: receipt,
                compact: "C \(receipt.spend) \(receipt.credit) \(receipt.epoch) "
                    + "\(receipt.time.milliseconds) \(receipt.logIndex)")
        },
        order: { order in
            JWS(
                trusting: order,
                compact: "O \(order.serial) \(order.kind) \(order.time.milliseconds) "
                    + "\(order.until?.milliseconds ?? 0) \(order.caseNumber ?? 0)")
        })
}

extension LedgerContact {
    /// What a server with that mistake makes of the contact.
    func mistaken(_ mistake: LedgerModel.Mistake?, _ present: Int) -> LedgerContact {
        let known = handedIn.map { handedIn in
            // What is forgotten counts as arrived.
            let orders = handedIn.orders.filter {
                mistake != .forgetsOrders
                    && (mistake != .forgetsWithholdings || $0.payload.kind != .withhold)
            }
            let forgotten =
                handedIn.orders.count - orders.count
                + (mistake == .forgetsReceipts ? handedIn.receipts.count : 0)
                + (mistake == .forgetsLeases ? handedIn.leases.count : 0)
            return HandedIn(
                epoch: handedIn.epoch, offset: handedIn.offset + forgotten,
                orders: orders,
                receipts: mistake == .forgetsReceipts ? [] : handedIn.receipts,
                leases: mistake == .forgetsLeases ? [] : handedIn.leases, isLast: handedIn.isLast)
        }
        return LedgerContact(
            device: device, spends: spends, returns: returns, wantedLeases: wantedLeases,
            orderSerial: orderSerial,
            epoch: mistake == .asksForNothing && epoch != nil ? present : epoch, handedIn: known)
    }
}
