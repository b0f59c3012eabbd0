public import Foundation
public import Logging

/// Everything that an operator may set, from the policy file and the command line.
public struct ServerSettings: Sendable {
    /// How talkative the log is.
    public typealias LogLevel = Logger.Level

    /// What the server allows.
    public var policy = ServerPolicy()
    /// Where and how it answers.
    public var serve = ServeSettings(.init(host: "127.0.0.1", port: 8787))
    /// The certificate's file, a PEM.
    var tlsCertificate: String?
    /// The file of the certificate's key.
    var tlsKey: String?
    /// Where plain HTTP may be spoken.
    enum PlainHTTP: String, Sendable {
        case loopback
        case anywhere
    }

    /// Where plain HTTP may be spoken.
    var plainHTTP: PlainHTTP {
        get { serve.allowsPlainHTTP ? .anywhere : .loopback }
        set { serve.allowsPlainHTTP = newValue == .anywhere }
    }

    /// What is below is left out of the log.
    public var logLevel = LogLevel.info
    /// What log lines look like.
    public var logFormat = LogFormat.text

    /// The name of the policy file in a server's folder.
    public static let fileName = "atelier-server.toml"

    /// The usual settings.
    public init() {}

    /// The usual settings, changed by a policy file.
    ///
    /// - Throws: An error that names line and key, for keys that are unknown too.
    public init(file: URL) throws {
        self.init()
        guard let bytes = try? Data(contentsOf: file),
            let text = String(bytes: bytes, encoding: .utf8)
        else { throw ServerError.unusableFolder(path: file.path, reason: "it cannot be read") }
        do {
            try read(text)
        } catch {
            var error = error
            error.path = file.path
            throw error
        }
    }

    /// Changes one setting by an option of the command line; nil changes nothing.
    ///
    /// - Throws: An error that names the option.
    public mutating func set(_ key: String, by option: String, _ text: String?) throws {
        if let text { try set(key, by: option, .text(text)) }
    }

    /// Changes one setting by an option of the command line; nil changes nothing.
    ///
    /// - Throws: An error that names the option.
    public mutating func set(_ key: String, by option: String, _ number: Int?) throws {
        if let number { try set(key, by: option, .integer(number)) }
    }

    private mutating func set(
        _ name: String, by option: String, _ value: PolicyText.Value
    ) throws {
        guard let key = PolicyKey.all.first(where: { $0.name == name }) else {
            preconditionFailure("no policy key \(name)")
        }
        if let reason = key.write(&self, value) {
            throw ServerError.invalidValue(name: option, reason: reason)
        }
    }

    /// Checks what belongs together.
    ///
    /// - Throws: An error where a certificate lacks its key, or a key its certificate, and for
    ///   plain HTTP where other machines reach it, unless that is allowed.
    public mutating func finish() throws {
        switch (tlsCertificate, tlsKey) {
        case (let certificate?, let key?):
            serve.tls = TLSFiles(certificate: certificate, key: key)
        case (nil, nil): serve.tls = nil
        case (nil, _?):
            throw ServerError.invalidValue(name: "tls_cert", reason: "is missing beside tls_key")
        case (_?, nil):
            throw ServerError.invalidValue(name: "tls_key", reason: "is missing beside tls_cert")
        }
        guard serve.tls != nil || serve.address.isLoopback || serve.allowsPlainHTTP else {
            throw ServerError.invalidValue(
                name: "listen",
                reason: "\(serve.address) is reached by other machines, and plain HTTP shows and "
                    + "lets change on the way what is not sealed. Give --tls-cert and --tls-key; "
                    + "or, where a proxy that speaks TLS stands in front, --allow-plain-http")
        }
    }

    /// The settings as a policy file that has every key, and says what each is for.
    public var text: String {
        var lines: [String] = []
        var table = ""
        for key in PolicyKey.all {
            let parts = key.name.split(separator: ".").map(String.init)
            if parts.count > 1, parts[0] != table {
                table = parts[0]
                lines += ["", "[\(table)]"]
            }
            lines.append("# \(key.help)")
            let name = parts.last ?? key.name
            lines.append(key.read(self).map { "\(name) = \($0)" } ?? "# \(name) = …")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Changes what a policy file's text sets.
    mutating func read(_ text: String) throws(PolicyError) {
        let keys = Dictionary(
            PolicyKey.all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for entry in try PolicyText(text).entries {
            guard let key = keys[entry.key] else {
                throw PolicyError(
                    line: entry.line, key: entry.key,
                    reason: "is unknown; `serve --print-config` shows every key")
            }
            if let reason = key.write(&self, entry.value) {
                throw PolicyError(line: entry.line, key: entry.key, reason: reason)
            }
        }
    }
}
