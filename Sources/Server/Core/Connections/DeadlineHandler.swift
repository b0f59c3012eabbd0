import NIOCore
import NIOHTTPTypes

/// Closes a connection whose peer takes too long, see ``ConnectionDeadline``.
final class DeadlineHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let table: ConnectionTable
    private let start = NIODeadline.now()
    private var deadline: ConnectionDeadline
    private var timer: Scheduled<Void>?
    private var timerAt = Duration.zero

    init(_ policy: ConnectionPolicy, _ table: ConnectionTable) {
        self.table = table
        deadline = ConnectionDeadline(policy, now: .zero)
    }

    private var now: Duration { .nanoseconds((NIODeadline.now() - start).nanoseconds) }

    func handlerAdded(context: ChannelHandlerContext) { arm(context) }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: deadline.receiveHead(at: now)
        case .body(let buffer): deadline.receiveBody(buffer.readableBytes, at: now)
        case .end: deadline.receiveEnd(at: now)
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        deadline.completeRead()
        context.fireChannelReadComplete()
        arm(context)
    }

    func read(context: ChannelHandlerContext) {
        deadline.read(at: now)
        arm(context)
        context.read()
    }

    func write(
        context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
    ) {
        // A head has few bytes, and an end or a body follows it.
        let count: Int
        switch unwrapOutboundIn(data) {
        case .head: return context.write(data, promise: promise)
        case .body(let buffer): count = buffer.readableBytes
        case .end:
            count = 1
            deadline.answer(at: now)
        }
        deadline.send(count, at: now)
        let promise = promise ?? context.eventLoop.makePromise()
        promise.futureResult.assumeIsolatedUnsafeUnchecked().whenComplete { _ in
            self.deadline.sent(count, at: self.now)
        }
        context.write(data, promise: promise)
        arm(context)
    }

    /// Makes sure that somebody looks when the deadline is over.
    private func arm(_ context: ChannelHandlerContext) {
        guard let end = deadline.end else { return }
        if timer != nil {
            // What comes later is seen then.
            guard end.at < timerAt else { return }
            timer?.cancel()
        }
        timerAt = end.at
        timer = context.eventLoop.assumeIsolatedUnsafeUnchecked().scheduleTask(
            in: .nanoseconds(max(0, (end.at - now).wholeNanoseconds))
        ) {
            self.timer = nil
            self.look(context)
        }
    }

    private func look(_ context: ChannelHandlerContext) {
        guard let end = deadline.end else { return }
        guard end.at <= now else { return arm(context) }
        table.count(end.cause)
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension DeadlineHandler: Sendable {}

extension Duration {
    /// The duration in nanoseconds, at most what fits.
    fileprivate var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, isOver) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return isOver ? .max : product + attoseconds / 1_000_000_000
    }
}
