public import SignedObjects

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

    /// Checks `request`, which came with a proof by `deviceKey`.
    ///
    /// - Throws: ``LedgerError``; one bad object refuses the whole request.
    public init(
        verifying request: LedgerRequest, account: AccountID, deviceKey: VerifyingKey
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
        self.init(
            device: device, spends: spends, returns: returns, wantedLeases: request.wantedLeases,
            orderSerial: request.orderSerial)
    }

    /// Takes objects that are already known to be the device's own.
    package init(
        device: DeviceID, spends: [JWS<Spend>], returns: [JWS<Return>], wantedLeases: Int,
        orderSerial: Int
    ) {
        self.device = device
        self.spends = spends
        self.returns = returns
        self.wantedLeases = max(0, wantedLeases)
        self.orderSerial = max(0, orderSerial)
    }

    /// The form to send.
    public var request: LedgerRequest {
        LedgerRequest(
            spends: spends.map(\.compact), returns: returns.map(\.compact),
            wantedLeases: wantedLeases, orderSerial: orderSerial)
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
