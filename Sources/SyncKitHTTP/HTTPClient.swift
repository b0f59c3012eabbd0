import CCurl
import Dispatch
import Foundation
import HTTPTypes
import Synchronization
import SystemSupport

/// Sends requests to one server over a connection that is kept open, one at a time.
///
/// Follows no redirects, speaks only http and https, verifies certificates against the system's
/// store, and uses the proxies of the environment except for this machine's own addresses.
public final class HTTPClient: Sendable {
    /// The server.
    public let address: HTTPAddress

    private let limits: HTTPLimits
    private let authorities: [UInt8]?
    private let queue = DispatchQueue(label: "atelier.http")
    private let connection: CurlConnection

    /// A client for the server at `address`; connects at the first request.
    ///
    /// - Parameters:
    ///   - address: The server.
    ///   - limits: How long and how large an exchange may be.
    ///   - authorities: The path, in bytes, of a PEM file of the authorities whose certificates are
    ///     believed, and no others; nil: those of the system.
    /// - Throws: ``HTTPFailure/unreachable(host:reason:)`` where libcurl cannot start.
    public init(
        address: HTTPAddress, limits: HTTPLimits = HTTPLimits(), authorities: [UInt8]? = nil
    ) throws(HTTPFailure) {
        self.address = address
        self.limits = limits
        self.authorities = authorities
        guard let connection = CurlConnection() else {
            throw .unreachable(host: address.authority, reason: "libcurl does not start")
        }
        self.connection = connection
    }

    /// Sends `message` and waits for the whole reply.
    ///
    /// - Throws: ``HTTPFailure``; `CancellationError` within about a second of the task's end.
    public func send(_ message: HTTPMessage) async throws -> HTTPReply {
        try await send(CurlExchange(message: message, replyLimit: limits.replyBytes))
    }

    /// Sends `message` and hands on the body of a reply with status 200 as it comes.
    ///
    /// - Parameters:
    ///   - message: What to ask.
    ///   - onBytes: Called for each piece, in order, on the client's own queue.
    /// - Returns: The reply when it has ended: with an empty body where that was handed on.
    /// - Throws: ``HTTPFailure``; `CancellationError` within about a second of the task's end.
    public func stream(
        _ message: HTTPMessage, onBytes: @escaping @Sendable ([UInt8]) -> Void
    ) async throws -> HTTPReply {
        try await send(
            CurlExchange(message: message, replyLimit: limits.replyBytes, onBytes: onBytes))
    }

    private func send(_ exchange: CurlExchange) async throws -> HTTPReply {
        try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await withCheckedThrowingContinuation { continuation in
                queue.async { [connection, address, limits, authorities] in
                    continuation.resume(
                        with: Result {
                            try connection.perform(
                                exchange, at: address, limits: limits, authorities: authorities)
                        })
                }
            }
        } onCancel: {
            exchange.cancel()
        }
    }
}

/// One request on its way: what libcurl's callbacks write to.
private final class CurlExchange: Sendable {
    struct Received {
        var body: [UInt8] = []
        var headers = HTTPFields()
        var isTooLarge = false
        var isSuccess = false
    }

    let message: HTTPMessage
    let replyLimit: Int
    private let onBytes: (@Sendable ([UInt8]) -> Void)?
    private let cancelled = Atomic(false)
    private let received = Mutex(Received())

    init(
        message: HTTPMessage, replyLimit: Int, onBytes: (@Sendable ([UInt8]) -> Void)? = nil
    ) {
        self.message = message
        self.replyLimit = replyLimit
        self.onBytes = onBytes
    }

    var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    func cancel() { cancelled.store(true, ordering: .relaxed) }

    var reply: Received { received.withLock { $0 } }

    /// Takes a piece of the body; false stops the transfer.
    func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if let onBytes, received.withLock({ $0.isSuccess }) {
            onBytes([UInt8](bytes))
            return true
        }
        return received.withLock { received in
            guard received.body.count + bytes.count <= replyLimit else {
                received.isTooLarge = true
                return false
            }
            received.body.append(contentsOf: bytes)
            return true
        }
    }

    /// Takes one header line; a status line starts over, as after `100 Continue`.
    func appendHeader(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count <= HTTPLimits.headerLineBytes else { return }
        let line = String(decoding: bytes, as: UTF8.self)
        received.withLock { received in
            if line.hasPrefix("HTTP/") {
                received.headers = HTTPFields()
                received.isSuccess = line.split(separator: " ").dropFirst().first == "200"
            }
            guard
                received.headers.count < HTTPLimits.headerFields,
                let colon = line.firstIndex(of: ":"),
                let name = HTTPField.Name(String(line[..<colon]))
            else { return }
            let value = line[line.index(after: colon)...].trimmingWhitespace
            received.headers.append(HTTPField(name: name, value: String(value)))
        }
    }
}

/// Owns one libcurl easy handle.
///
/// `@unchecked Sendable`: the handle is used only on the serial queue of the one client that owns
/// this connection, and freed after the last of its work.
private final class CurlConnection: @unchecked Sendable {
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private let handle: UnsafeMutableRawPointer

    init?() {
        guard Self.isReady, let handle = curl_easy_init() else { return nil }
        self.handle = handle
    }

    deinit {
        curl_easy_cleanup(handle)
    }

    func perform(
        _ exchange: CurlExchange, at address: HTTPAddress, limits: HTTPLimits,
        authorities: [UInt8]?
    ) throws -> HTTPReply {
        curl_easy_reset(handle)
        var headers: UnsafeMutablePointer<curl_slist>?
        defer { curl_slist_free_all(headers) }
        headers = try headerList(of: exchange.message)
        let options = CurlOptions(handle: handle)
        options.setProtection(at: address, authorities: authorities)
        options.setTimeouts(limits)
        try options.setMessage(exchange.message, at: address)
        options.set(CURLOPT_HTTPHEADER, list: headers)
        let code = withExtendedLifetime(exchange) {
            options.setCallbacks(Unmanaged.passUnretained(exchange).toOpaque())
            return options.failure ?? curl_easy_perform(handle)
        }
        let received = exchange.reply
        if received.isTooLarge { throw HTTPFailure.replyTooLarge(limit: exchange.replyLimit) }
        if exchange.isCancelled { throw CancellationError() }
        guard code == CURLE_OK else {
            throw failure(code, host: address.authority, authorities: authorities)
        }
        var status = 0
        atelier_curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
        return HTTPReply(status: status, headers: received.headers, body: received.body)
    }

    private func headerList(
        of message: HTTPMessage
    ) throws(HTTPFailure) -> UnsafeMutablePointer<curl_slist>? {
        // libcurl would wait for "100 Continue" before a body of over 1 MiB.
        var list = curl_slist_append(nil, "Expect:")
        for field in message.headers {
            guard field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
                curl_slist_free_all(list)
                throw .unsendable("the header \(field.name) holds more than printable ASCII")
            }
            // libcurl leaves out a header that ends with its colon.
            let line = field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)"
            list = curl_slist_append(list, line)
        }
        return list
    }

    private func failure(
        _ code: CURLcode, host: String, authorities: [UInt8]?
    ) -> HTTPFailure {
        let reason = String(cString: curl_easy_strerror(code))
        let file = authorities.map { URL(fileBytes: $0).shownPath }
        return switch code {
        case CURLE_OPERATION_TIMEDOUT: .tooSlow(host: host, reason: reason)
        case CURLE_SSL_CACERT_BADFILE where authorities != nil:
            .badAuthorities(file: file ?? "")
        case CURLE_PEER_FAILED_VERIFICATION where isAboutTheDate: .wrongDate(host: host)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
            .untrusted(host: host, authorities: file)
        default: .unreachable(host: host, reason: reason)
        }
    }

    /// Whether the certificate is not valid yet, or no more, which a wrong clock makes of any.
    private var isAboutTheDate: Bool {
        var verdict = 0
        atelier_curl_get_long(handle, CURLINFO_SSL_VERIFYRESULT, &verdict)
        // `X509_V_ERR_CERT_NOT_YET_VALID` and `X509_V_ERR_CERT_HAS_EXPIRED` of OpenSSL.
        return [9, 10].contains(verdict)
    }
}

/// Sets options and remembers the first refusal.
private final class CurlOptions {
    private let handle: UnsafeMutableRawPointer
    private(set) var failure: CURLcode?

    init(handle: UnsafeMutableRawPointer) {
        self.handle = handle
    }

    func set(_ option: CURLoption, list: UnsafeMutablePointer<curl_slist>?) {
        check(atelier_curl_set_list(handle, option, list))
    }

    func setProtection(at address: HTTPAddress, authorities: [UInt8]?) {
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        if let authorities {
            set(CURLOPT_CAINFO, authorities)
            // Else libcurl believes the system's folder of authorities as well.
            check(atelier_curl_set_text(handle, CURLOPT_CAPATH, nil))
        }
        set(CURLOPT_NOSIGNAL, 1)
        if address.isLoopback { set(CURLOPT_PROXY, "") }
    }

    func setTimeouts(_ limits: HTTPLimits) {
        set(CURLOPT_CONNECTTIMEOUT_MS, limits.connectTimeout.curlMilliseconds)
        set(CURLOPT_TIMEOUT_MS, limits.totalTimeout?.curlMilliseconds ?? 0)
        set(CURLOPT_LOW_SPEED_LIMIT, 1)
        set(CURLOPT_LOW_SPEED_TIME, Int(limits.stallTimeout.components.seconds))
    }

    func setMessage(_ message: HTTPMessage, at address: HTTPAddress) throws(HTTPFailure) {
        guard
            message.target.hasPrefix("/"),
            message.target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw .unsendable("the target is not a plain path") }
        set(CURLOPT_URL, "\(address)\(message.target)")
        set(CURLOPT_PATH_AS_IS, 1)
        if let body = message.body {
            set(CURLOPT_POST, 1)
            check(
                atelier_curl_set_size(
                    handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
            // This option copies the bytes, so that no pointer outlives the call. The added zero
            // keeps the pointer from being null, which would make libcurl read standard input.
            (body + [0]).withUnsafeBufferPointer { bytes in
                let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
                check(atelier_curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, start))
            }
        }
        set(CURLOPT_CUSTOMREQUEST, message.method)
    }

    func setCallbacks(_ exchange: UnsafeMutableRawPointer) {
        let onBody: atelier_curl_data_function = { start, size, count, context in
            guard let start, let context else { return 0 }
            let bytes = UnsafeRawBufferPointer(start: start, count: size * count)
            let exchange = Unmanaged<CurlExchange>.fromOpaque(context).takeUnretainedValue()
            return exchange.append(bytes) ? bytes.count : 0
        }
        let onHeader: atelier_curl_data_function = { start, size, count, context in
            guard let start, let context else { return 0 }
            let bytes = UnsafeRawBufferPointer(start: start, count: size * count)
            let exchange = Unmanaged<CurlExchange>.fromOpaque(context).takeUnretainedValue()
            exchange.appendHeader(bytes)
            return bytes.count
        }
        let onProgress: atelier_curl_progress_function = { context, _, _, _, _ in
            guard let context else { return 1 }
            let exchange = Unmanaged<CurlExchange>.fromOpaque(context).takeUnretainedValue()
            return exchange.isCancelled ? 1 : 0
        }
        check(atelier_curl_set_data_function(handle, CURLOPT_WRITEFUNCTION, onBody))
        check(atelier_curl_set_pointer(handle, CURLOPT_WRITEDATA, exchange))
        check(atelier_curl_set_data_function(handle, CURLOPT_HEADERFUNCTION, onHeader))
        check(atelier_curl_set_pointer(handle, CURLOPT_HEADERDATA, exchange))
        set(CURLOPT_NOPROGRESS, 0)
        check(atelier_curl_set_progress_function(handle, onProgress))
        check(atelier_curl_set_pointer(handle, CURLOPT_XFERINFODATA, exchange))
    }

    private func set(_ option: CURLoption, _ value: Int) {
        check(atelier_curl_set_long(handle, option, value))
    }

    private func set(_ option: CURLoption, _ value: [UInt8]) {
        (value + [0]).withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { text in
                check(atelier_curl_set_text(handle, option, text.baseAddress))
            }
        }
    }

    private func set(_ option: CURLoption, _ value: String) {
        check(atelier_curl_set_text(handle, option, value))
    }

    private func check(_ code: CURLcode) {
        if code != CURLE_OK && failure == nil { failure = code }
    }
}

extension Duration {
    fileprivate var curlMilliseconds: Int {
        Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}

extension Substring {
    fileprivate var trimmingWhitespace: Substring {
        let isSpace: (Character) -> Bool = { $0 == " " || $0.isNewline || $0 == "\t" }
        var rest = drop(while: isSpace)
        while let last = rest.last, isSpace(last) { rest = rest.dropLast() }
        return rest
    }
}
