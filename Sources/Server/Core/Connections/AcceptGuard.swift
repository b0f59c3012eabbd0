import Logging
import NIOCore
import NIOPosix

/// Stands where connections are accepted: takes those that there is room for, and goes on where
/// the system has no descriptor for one more.
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
