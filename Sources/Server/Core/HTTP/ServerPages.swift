package import Hummingbird
package import SignedObjects

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

    /// Reads what a signed-in moderator sends, within the limits of moderators.
    ///
    /// - Throws: ``ServerError/refused(_:detail:retryAfter:)``.
    package func readForm(
        _ request: Request, _ context: ServerContext, upTo limit: Int, of moderator: String
    ) async throws -> [UInt8] {
        try await Routes(core: self).read(
            request, context, upTo: limit, by: .moderator(moderator)
        ).body
    }

    /// Counts a connection no longer among those of strangers: its request came in a session.
    package func trust(_ context: ServerContext) {
        connections.prove(context.connection)
    }

    /// Where a request comes from.
    package func sender(of request: Request, _ context: ServerContext) -> Sender {
        policy.trustedProxies.sender(peer: context.peer, headers: request.headers)
    }

    /// Whether a trusted proxy says that it got the request over TLS.
    package func isForwardedTLS(_ request: Request, _ context: ServerContext) -> Bool {
        policy.trustedProxies.saysTLS(peer: context.peer, headers: request.headers)
    }

    /// The time by this machine's clock.
    package var now: UnixTime { clock() }
}
