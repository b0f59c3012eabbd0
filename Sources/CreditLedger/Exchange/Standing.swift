public import SignedObjects

/// The effect of all orders of an account.
public struct Standing: Hashable, Sendable {
    /// What keeps an account or a device from leases and receipts.
    public enum Obstacle: Sendable, Equatable {
        /// The account is suspended by this order.
        case suspended(Order)
        /// The service is paused by this order.
        case paused(Order)
        /// This device was revoked by this order.
        case revoked(Order)
    }

    /// The highest serial; 0 where there was no order.
    public private(set) var serial = 0
    /// The last suspension that was not lifted; it may have ended by itself.
    package private(set) var suspension: Order?
    /// The last pause that was not lifted; it may have ended by itself.
    package private(set) var pause: Order?
    /// The orders that revoked devices.
    package private(set) var revocations: [DeviceID: Order] = [:]

    /// What is withheld now, of that which is asked about.
    package private(set) var withholdings: Set<Withholding> = []

    /// The standing after `orders`, oldest first.
    public init(after orders: some Sequence<Order> = []) {
        for order in orders { apply(order) }
    }

    /// A standing as it was kept, with the revocations and withholdings that are asked about.
    package init(
        serial: Int, suspension: Order?, pause: Order?, revocations: [DeviceID: Order],
        withholdings: Set<Withholding> = []
    ) {
        self.serial = serial
        self.suspension = suspension
        self.pause = pause
        self.revocations = revocations
        self.withholdings = withholdings
    }

    /// The same, with the revocations of `devices` only, and those of the withholdings `named`.
    package func restricted(
        to devices: Set<DeviceID>, naming named: Set<Withholding>
    ) -> Standing {
        var standing = self
        standing.withholdings.formIntersection(named)
        standing.revocations = revocations.filter { devices.contains($0.key) }
        return standing
    }

    /// What stands in the way of `device` at `now`, if anything.
    ///
    /// A suspension or pause with an end is over from that moment on, with no further order.
    public func obstacle(for device: DeviceID, at now: UnixTime) -> Obstacle? {
        if let order = revocations[device] { return .revoked(order) }
        if let order = suspension(at: now) { return .suspended(order) }
        if let order = pause(at: now) { return .paused(order) }
        return nil
    }

    /// Whether `device` was revoked, which is final.
    public func isRevoked(_ device: DeviceID) -> Bool { revocations[device] != nil }

    /// The pause in force at `now`, if any.
    public func pause(at now: UnixTime) -> Order? {
        guard let pause, pause.isInForce(at: now) else { return nil }
        return pause
    }

    /// The suspension in force at `now`, if any.
    public func suspension(at now: UnixTime) -> Order? {
        guard let suspension, suspension.isInForce(at: now) else { return nil }
        return suspension
    }

    /// Whether a model, or a work that it learned from, is withheld.
    ///
    /// - Parameter works: The files of the works that it learned from.
    public func isWithheld(model: Digest, works: some Sequence<Digest>) -> Bool {
        let works = Set(works)
        return withholdings.contains { withholding in
            switch withholding.subject {
            case .model(let withheld): withheld == model
            case .work(let withheld): works.contains(withheld)
            }
        }
    }

    /// Applies one more order.
    package mutating func apply(_ order: Order) {
        serial = max(serial, order.serial)
        switch order.kind {
        case .suspend: suspension = order
        case .reinstate: suspension = nil
        case .pauseService: pause = order
        case .resumeService: pause = nil
        case .revokeDevice: if let device = order.device { revocations[device] = order }
        case .withhold: if let withholding = order.withholding { withholdings.insert(withholding) }
        case .release: if let withholding = order.withholding { withholdings.remove(withholding) }
        case .grant, .note, .caseOpened, .caseLetter, .caseDecision: break
        }
    }
}

extension Order {
    fileprivate func isInForce(at now: UnixTime) -> Bool {
        guard let until else { return true }
        return now < until
    }
}
