import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

/// HTTP inside TLS, with the certificate that is in use when a connection is made.
///
/// HummingbirdTLS does the same with one certificate for the program's whole life.
struct TLSChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    let context: TLSContext
    let http: HTTP1Channel

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(
                NIOSSLServerHandler(context: context.context))
        }.flatMap { http.setup(channel: channel, logger: logger) }
    }

    func handle(value: Value, logger: Logger) async {
        await http.handle(value: value, logger: logger)
    }
}

extension TLSContext {
    /// Builds servers that speak it.
    var server: HTTPServerBuilder {
        HTTPServerBuilder { responder in
            TLSChannel(context: self, http: HTTP1Channel(responder: responder))
        }
    }
}
