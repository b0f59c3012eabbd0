import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOPosix
import NIOSSL

/// HTTP on one connection, inside TLS where there is a certificate, with deadlines and bounded
/// buffers.
///
/// The framework's own channel holds up to ten unread pieces of 64 KiB of each connection, has no
/// deadline but one for idle connections, and one certificate for the program's whole life.
struct GuardedChannel: HTTPChannelHandler {
    typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    /// Nil: plain HTTP.
    let tls: TLSContext?
    let policy: ConnectionPolicy
    let table: ConnectionTable
    let responder: HTTPChannelHandler.Responder

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.syncOptions?.setOption(
                ChannelOptions.recvAllocator,
                value: FixedSizeRecvByteBufferAllocator(capacity: Limits.readBytes))
            let pipeline = channel.pipeline.syncOperations
            if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls.context)) }
            var limits = NIOHTTPDecoderLimitConfiguration()
            limits.maxHeaderFieldSize = Limits.headerFieldBytes
            limits.maxHeaderListSize = Limits.headerBytes
            limits.maxHeaderFieldCount = Limits.headerFields
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false,
                withOutboundHeaderValidation: false, withEncoderConfiguration: .init(),
                withDecoderLimitConfiguration: limits)
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: tls != nil))
            try pipeline.addHandler(DeadlineHandler(policy, table))
            try pipeline.addHandler(HTTPConnectionStateHandler(logger: logger))
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel,
                configuration: .init(
                    backPressureStrategy: .init(lowWatermark: 1, highWatermark: 2),
                    isOutboundHalfClosureEnabled: true))
        }
    }

    func handle(value: Value, logger: Logger) async {
        await handleHTTP(asyncChannel: value, logger: logger)
    }
}

/// Accepts the connections that there is room for, and goes on accepting after the system had no
/// descriptor for one.
///
/// Without it the framework ends the server at such an error.
final class AcceptGuard: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel
    typealias OutboundIn = Never

    /// How long no connection is accepted after the system had no descriptor for one.
    static let pause = TimeAmount.milliseconds(100)

    private let table: ConnectionTable
    private let logger: Logger
    private var isPaused = false
    private var wantsRead = false
    private var isWarned = false

    init(_ table: ConnectionTable, logger: Logger) {
        self.table = table
        self.logger = logger
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isWarned = false
        let channel = unwrapInboundIn(data)
        guard table.admit(channel) else { return channel.close(promise: nil) }
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        if isPaused { wantsRead = true } else { context.read() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let code = (error as? IOError)?.errnoCode, Self.passing.contains(code) else {
            // A connection that went while it was set up is no error of the server's.
            if error is ChannelError || error is NIOFcntlFailedError { return }
            return context.fireErrorCaught(error)
        }
        guard code != ECONNABORTED else { return }
        table.count(.descriptors)
        if !isWarned {
            logger.error("no connection can be accepted", metadata: ["error": "\(error)"])
        }
        isWarned = true
        pause(context)
    }

    private static let passing = [ECONNABORTED, EMFILE, ENFILE, ENOBUFS, ENOMEM]

    private func pause(_ context: ChannelHandlerContext) {
        guard !isPaused else { return }
        isPaused = true
        context.eventLoop.assumeIsolatedUnsafeUnchecked().scheduleTask(in: Self.pause) {
            self.isPaused = false
            guard self.wantsRead else { return }
            self.wantsRead = false
            context.read()
        }
    }
}

@available(*, unavailable)
extension AcceptGuard: Sendable {}
