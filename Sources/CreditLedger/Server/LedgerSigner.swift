public import SignedObjects

/// Signs leases, receipts and orders, inside the transaction that issues them.
public struct LedgerSigner: Sendable {
    let lease: @Sendable (Lease) throws(JWSError) -> JWS<Lease>
    let receipt: @Sendable (Receipt) throws(JWSError) -> JWS<Receipt>
    let order: @Sendable (Order) throws(JWSError) -> JWS<Order>

    /// Signs with the server's key.
    public init(key: SigningKey) {
        lease = { payload throws(JWSError) in try JWS(signing: payload, with: key) }
        receipt = { payload throws(JWSError) in try JWS(signing: payload, with: key) }
        order = { payload throws(JWSError) in try JWS(signing: payload, with: key) }
    }

    /// Signs by the given functions: a search over many states has no time for signatures.
    package init(
        lease: @escaping @Sendable (Lease) throws(JWSError) -> JWS<Lease>,
        receipt: @escaping @Sendable (Receipt) throws(JWSError) -> JWS<Receipt>,
        order: @escaping @Sendable (Order) throws(JWSError) -> JWS<Order>
    ) {
        self.lease = lease
        self.receipt = receipt
        self.order = order
    }
}
