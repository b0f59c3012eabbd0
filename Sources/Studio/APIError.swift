import AtelierLibrary
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import SignedObjects

/// An error as the page gets it: `{"error": {"code", "what", "next"}}`.
package struct APIError: Error, Encodable {
    /// Names the error; the page has a text for each.
    let code: String
    /// What happened and why, as the library says it.
    var what: String
    /// What may help: the raw value of a ``NextStep``.
    var next: String?
    var status = HTTPResponse.Status.badRequest

    private enum Key: String, CodingKey {
        case code
        case what
        case next
    }

    /// Writes what the page gets.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(code, forKey: .code)
        try container.encode(what, forKey: .what)
        try container.encodeIfPresent(next, forKey: .next)
    }
}

extension APIError {
    /// An error of the library, or of the framework.
    init(_ error: any Error) {
        switch error {
        case let error as APIError: self = error
        case let error as HTTPError:
            self.init(
                code: error.status == .notFound ? "not-found" : "malformed",
                what: error.status == .notFound
                    ? "There is nothing at this address." : "The request cannot be read.",
                status: error.status)
        default:
            let failure = Failure(error)
            let (code, status) = Self.name(of: failure.kind)
            self.init(
                code: code, what: failure.text, next: failure.nextStep?.rawValue, status: status)
        }
    }

    private static func name(of kind: Failure.Kind) -> (String, HTTPResponse.Status) {
        switch kind {
        case .invalidInput: ("invalid-input", .badRequest)
        case .unreachable: ("unreachable", .badGateway)
        case .storage: ("storage", .init(code: 507))
        case .transient: ("transient", .conflict)
        case .refused: ("refused", .forbidden)
        case .other: ("other", .unprocessableContent)
        }
    }

    /// The request breaks a rule of the API.
    static func malformed(_ what: String) -> APIError { APIError(code: "malformed", what: what) }

    /// There is nothing at the address.
    static let notFound = APIError(
        code: "not-found", what: "There is nothing at this address.", status: .notFound)

    /// The answer that tells it.
    var response: Response {
        (try? JSONReply.reply(["error": self], status: status)) ?? Response(status: status)
    }
}

/// JSON answers in the form of the commands' `--json`.
enum JSONReply {
    static func reply(
        _ value: some Encodable, status: HTTPResponse.Status = .ok
    ) throws -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: try CanonicalJSON.encoder.encode(value))))
    }
}
