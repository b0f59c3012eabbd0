public import SignedObjects

/// What a device tells the ledger at one contact; safe to send again.
public struct LedgerRequest: Codable, Sendable, Equatable {
    /// Compact ``Spend``s that have no receipt yet, oldest first.
    public var spends: [String]
    /// Compact ``Return``s that were not confirmed yet.
    public var returns: [String]
    /// How many unspent leases the device would like to hold in all.
    public var wantedLeases: Int
    /// Orders after this serial are asked for.
    public var orderSerial: Int
    /// The server's epoch for which the device has handed in all that it held; nil where it holds
    /// nothing that the server signed.
    public var epoch: Int?
    /// What the server may have lost, where its epoch is a new one.
    public var handIn: HandIn?

    /// A request; the spends and returns in it must be signed by the device's key.
    public init(
        spends: [String] = [], returns: [String] = [], wantedLeases: Int, orderSerial: Int,
        epoch: Int? = nil, handIn: HandIn? = nil
    ) {
        self.spends = spends
        self.returns = returns
        self.wantedLeases = wantedLeases
        self.orderSerial = orderSerial
        self.epoch = epoch
        self.handIn = handIn
    }

    /// The epoch of a device that holds signed objects and has handed in for no epoch yet: no
    /// server is in it.
    static let noEpoch = 0

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or a number out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        spends = try container.decode([String].self, forKey: .spends)
        returns = try container.decode([String].self, forKey: .returns)
        wantedLeases = try container.decode(.wantedLeases, in: NumberRange.wish)
        orderSerial = try container.decode(.orderSerial, in: NumberRange.wish)
        epoch = try container.decodeIfPresent(.epoch, in: NumberRange.count)
        handIn = try container.decodeIfPresent(HandIn.self, forKey: .handIn)
    }
}

/// A ``LedgerRequest`` whose every signed object was verified to be of one device of one account.
public struct LedgerContact: Sendable, Hashable {
    /// The device that asks.
    public let device: DeviceID
    /// Spends that have no receipt yet, oldest first.
    public let spends: [JWS<Spend>]
    /// Leases to give back.
    public let returns: [JWS<Return>]
    /// How many unspent leases the device would like to hold in all; at least 0.
    public let wantedLeases: Int
    /// Orders after this serial are asked for; at least 0.
    public let orderSerial: Int
    /// The epoch for which all was handed in; nil where there is nothing to.
    package let epoch: Int?
    /// What was handed in with this contact.
    package let handedIn: HandedIn?

    /// Checks `request`, which came with a proof by `deviceKey`.
    ///
    /// - Parameter serverKey: This server's own key, for what the device hands in.
    /// - Throws: ``LedgerError``; one bad object refuses the whole request.
    public init(
        verifying request: LedgerRequest, account: AccountID, deviceKey: VerifyingKey,
        serverKey: VerifyingKey
    ) throws(LedgerError) {
        let device = DeviceID(key: deviceKey)
        for count in [request.spends.count, request.returns.count] {
            guard count <= LedgerLimits.itemsPerContact else {
                throw .tooManyItems(count: count, limit: LedgerLimits.itemsPerContact)
            }
        }
        var spends: [JWS<Spend>] = []
        for text in request.spends {
            let spend: JWS<Spend> = try verified(text, by: deviceKey)
            guard spend.payload.account == account, spend.payload.device == device else {
                throw .foreignObject(type: Spend.type)
            }
            spends.append(spend)
        }
        var returns: [JWS<Return>] = []
        for text in request.returns {
            let giveBack: JWS<Return> = try verified(text, by: deviceKey)
            guard giveBack.payload.account == account, giveBack.payload.device == device else {
                throw .foreignObject(type: Return.type)
            }
            returns.append(giveBack)
        }
        var handedIn: HandedIn?
        if let handIn = request.handIn {
            handedIn = try HandedIn(
                verifying: handIn, account: account, device: device, serverKey: serverKey)
        }
        self.init(
            device: device, spends: spends, returns: returns, wantedLeases: request.wantedLeases,
            orderSerial: request.orderSerial, epoch: request.epoch, handedIn: handedIn)
    }

    /// A contact of objects that were verified before.
    package init(
        device: DeviceID, spends: [JWS<Spend>], returns: [JWS<Return>], wantedLeases: Int,
        orderSerial: Int, epoch: Int? = nil, handedIn: HandedIn? = nil
    ) {
        self.device = device
        self.spends = spends
        self.returns = returns
        self.wantedLeases = max(0, wantedLeases)
        self.orderSerial = max(0, orderSerial)
        self.epoch = epoch
        self.handedIn = handedIn
    }

    /// Whether the device has nothing to hand in any more.
    func hasMet(_ present: Int) -> Bool {
        guard let epoch, epoch != present else { return true }
        return handedIn?.epoch == present && handedIn?.isLast == true
    }

    /// The form to send.
    public var request: LedgerRequest {
        LedgerRequest(
            spends: spends.map(\.compact), returns: returns.map(\.compact),
            wantedLeases: wantedLeases, orderSerial: orderSerial, epoch: epoch,
            handIn: handedIn?.handIn)
    }
}

func verified<Payload>(
    _ text: String, by key: VerifyingKey
) throws(LedgerError) -> JWS<Payload> {
    do {
        return try JWS<Payload>(verifying: text, with: key)
    } catch {
        throw .notSigned(error)
    }
}
