package import Hummingbird

/// Pages for browsers that the server answers beside the protocol.
package protocol ServerPages: Sendable {
    /// Adds the pages' routes.
    func add(to router: Router<ServerContext>)
}

extension ServerCore {
    /// Reads what a browser sends, within the limits of senders without an account: the address,
    /// how often it asks, and the body.
    ///
    /// - Parameter limit: The most bytes of the body; 0 where the route takes none.
    /// - Throws: ``ServerError/refused(_:detail:retryAfter:)``.
    package func readGuest(
        _ request: Request, _ context: ServerContext, upTo limit: Int = 0
    ) async throws -> [UInt8] {
        try await Routes(core: self).read(request, context, upTo: limit, by: .anybody).body
    }
}
