package import Hummingbird
import NIOCore

/// What the routes know of a request beside the request: where it came from.
package struct ServerContext: RequestContext {
    /// What the framework keeps.
    package var coreContext: CoreRequestContextStorage
    /// Who is at the other end of the connection: the sender, or a proxy.
    let peer: NetworkAddress?
    /// Names the connection.
    let connection: ObjectIdentifier

    /// Made by the framework for each request.
    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        connection = ObjectIdentifier(source.channel)
        peer = source.channel.remoteAddress?.ipAddress.flatMap { NetworkAddress($0) }
    }
}
