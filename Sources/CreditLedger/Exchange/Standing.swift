public import SignedObjects

/// What the orders of an account add up to.
public struct Standing: Sendable, Equatable {
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
    private var suspension: Order?
    private var pause: Order?
    private var revocations: [DeviceID: Order] = [:]

    /// The standing after `orders`, oldest first.
    public init(after orders: some Sequence<Order> = []) {
        for order in orders { apply(order) }
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

    /// Whether `device` was put out; nothing takes that back.
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

    private mutating func apply(_ order: Order) {
        serial = max(serial, order.serial)
        switch order.kind {
        case .suspend: suspension = order
        case .reinstate: suspension = nil
        case .pauseService: pause = order
        case .resumeService: pause = nil
        case .revokeDevice: if let device = order.device { revocations[device] = order }
        case .grant, .note: break
        }
    }
}

extension Order {
    fileprivate func isInForce(at now: UnixTime) -> Bool {
        guard let until else { return true }
        return now < until
    }
}
