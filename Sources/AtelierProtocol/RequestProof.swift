package import HTTPTypes
public import SignedObjects

/// A device's signature under one request, in the style of RFC 9449; sent in ``headerName``.
public struct RequestProof: SignedPayload {
    /// The header\'s `typ`.
    public static let type = "atelier-proof+jws"

    /// The HTTP header that carries the compact form.
    public static let headerName = "Atelier-Proof"

    /// How far a proof's time may lie from the server's: 60 s.
    public static let lifetime = Duration.seconds(60)

    /// The device that signs.
    public let device: DeviceID
    /// The HTTP method in capitals.
    public let method: String
    /// Path and query as sent, such as `/v1/segments?after=3`.
    public let target: String
    /// SHA-256 of the body; of no bytes where there is no body.
    public let body: Digest
    /// The device's corrected clock.
    public let time: UnixTime
    /// 16 random bytes, hexadecimal: never accepted twice.
    public let nonce: ProofNonce

    /// A proof to be signed by the device's key; `nonce` must never have been used before.
    public init(
        device: DeviceID, method: String, target: String, body: Digest, time: UnixTime,
        nonce: ProofNonce
    ) {
        self.device = device
        self.method = method
        self.target = target
        self.body = body
        self.time = time
        self.nonce = nonce
    }
}

/// Makes one proof unlike every other: 16 random bytes.
public struct ProofNonce: FixedBytes {
    /// 16 bytes.
    public static let byteCount = 16
    /// The value.
    public let bytes: [UInt8]
    /// The value of ``byteCount`` bytes; the caller has checked the count.
    public init(checked bytes: [UInt8]) { self.bytes = bytes }
}

extension HTTPField.Name {
    /// Carries a ``RequestProof``.
    package static let atelierProof = HTTPField.Name(atelier: RequestProof.headerName)
    /// The server's time in milliseconds since 1970 UTC; in every reply.
    package static let atelierTime = HTTPField.Name(atelier: "Atelier-Time")

    /// A name of this protocol, known to be a token of HTTP.
    ///
    /// - Parameter name: Written in the code; never from outside.
    package init(atelier name: String) {
        guard let field = HTTPField.Name(name) else {
            preconditionFailure("\(name) is not the name of a header")
        }
        self = field
    }
}
