package import Hummingbird
import NIOCore

/// What the routes know of a request beside the request: where it came from.
package struct ServerContext: RequestContext {
    /// What the framework keeps.
    package var coreContext: CoreRequestContextStorage
    let address: String

    /// Made by the framework for each request.
    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        address = source.channel.remoteAddress?.ipAddress ?? "local"
    }
}
