package import HTTPTypes

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
