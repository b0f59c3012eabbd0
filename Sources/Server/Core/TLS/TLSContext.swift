import Foundation
import NIOSSL
import Synchronization

/// The certificate in use; another one replaces it for connections made from then on.
final class TLSContext: Sendable {
    private let files: TLSFiles
    private let current: Mutex<NIOSSLContext>

    /// - Throws: ``TLSFileError``.
    init(_ files: TLSFiles) throws {
        self.files = files
        current = Mutex(try Self.load(files))
    }

    /// What a new connection uses.
    var context: NIOSSLContext { current.withLock { $0 } }

    /// Reads the files again; a throw leaves the certificate as it was.
    func reload() throws {
        let new = try Self.load(files)
        current.withLock { $0 = new }
    }

    private static func load(_ files: TLSFiles) throws -> NIOSSLContext {
        let chain = try read(files.certificate) {
            try NIOSSLCertificate.fromPEMFile($0).map { NIOSSLCertificateSource.certificate($0) }
        }
        let key = try read(files.key) { try NIOSSLPrivateKey(file: $0, format: .pem) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        return try read(files.key) { _ in try NIOSSLContext(configuration: configuration) }
    }

    private static func read<Value>(
        _ path: String, _ body: (String) throws -> Value
    ) throws -> Value {
        guard access(path, R_OK) == 0 else {
            throw TLSFileError(path: path, reason: String(cString: strerror(errno)))
        }
        do {
            return try body(path)
        } catch {
            throw TLSFileError(path: path, reason: "\(error)")
        }
    }
}

/// The files that the server proves with who it is.
public struct TLSFiles: Sendable {
    /// The certificate and those that signed it, PEM, the server's own first.
    public let certificate: String
    /// Its private key, PEM.
    public let key: String

    /// Takes both paths.
    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

/// A certificate or its key cannot be used.
struct TLSFileError: Error, CustomStringConvertible {
    let path: String
    let reason: String

    var description: String {
        "\(path) cannot be used: \(reason). It has to be PEM, readable by the server, the "
            + "certificate the key's own."
    }
}
