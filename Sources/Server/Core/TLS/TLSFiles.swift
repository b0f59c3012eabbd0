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
