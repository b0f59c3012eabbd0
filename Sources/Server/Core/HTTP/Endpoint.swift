import AtelierProtocol
import HTTPTypes
import Hummingbird

/// One route: what is sent and answered, for the OpenAPI document, and what answers it.
///
/// The router, the document and the answers to methods that a path does not take are all made from
/// the one table ``all``.
struct Endpoint: Sendable {
    /// Who has to sign a request.
    enum Proof: Sendable {
        /// Nobody.
        case none
        /// The key that the request itself is about: its device is of no account yet.
        case ownKey
        /// A device of an account.
        case device
        /// A moderator, by the secret of their session.
        case session
    }

    /// What is sent or answered.
    enum Content: Sendable {
        /// JSON of a schema by its name.
        case json(String)
        /// Bytes that the server does not look into, or frames of them.
        case bytes(String)
        /// Text of a media type.
        case text(String)
    }

    /// A method of ``Routes``.
    typealias Handler =
        @Sendable (Routes) -> @Sendable (Request, ServerContext) async throws -> Response

    /// In small letters.
    let method: String
    /// With `{name}` for parameters.
    let path: String
    /// The document's name for it.
    let id: String
    /// Decodes a request, calls a service and encodes its answer.
    let handler: Handler
    /// One sentence.
    let summary: String
    var proof = Proof.none
    /// The query's parameters; the path's are known by their names.
    var query: [JSON] = []
    /// What the request carries, and how many bytes at most.
    var body: (content: Content, limit: Int)?
    /// Whether an empty body is refused.
    var needsBody = true
    /// What it answers when all is well.
    var replies: [Int: Content]
    /// Whether the headers of an answer carry the account's state.
    var tellsState = false
    /// Causes that only this route, and few others, refuse for.
    var causes: [Problem.Kind] = []
    /// Whether it looks at nothing, not even the database.
    var isStatic = false
    /// Whether its answer has a tag for `If-None-Match`.
    var isTagged = false

    private static let proofCauses: [Problem.Kind] = [.proofMissing, .proofInvalid, .clockWrong]

    /// Every cause that this route may refuse or fail for.
    var allCauses: Set<Problem.Kind> {
        var all = Set(causes)
        if isStatic { return all }
        all.formUnion([.unavailable, .internalError])
        if proof == .none, body == nil { return all }
        all.formUnion([.malformed, .tooLarge, .tooMany])
        switch proof {
        case .none: break
        case .ownKey: all.formUnion(Self.proofCauses)
        case .device:
            all.formUnion(Self.proofCauses)
            all.formUnion([
                .deviceUnknown, .deviceRevoked, .accountPending, .accountRefused, .serviceClosed,
            ])
        case .session: all.insert(.sessionInvalid)
        }
        return all
    }
}

extension Endpoint {
    /// What the router knows it by.
    var route: (path: RouterPath, method: HTTPRequest.Method)? {
        let parts = parts.map { $0.parameter.map { ":\($0)" } ?? String($0.text) }
        return HTTPRequest.Method(method.uppercased()).map { method in
            (RouterPath(parts.joined(separator: "/")), method)
        }
    }

    /// The methods that the endpoints at `path` take, in alphabetical order; empty where there is
    /// no such path.
    static func methods(of path: String) -> [String] {
        // Like the router, which looks over slashes that say nothing.
        let parts = path.split(separator: "/")
        return all.filter { endpoint in
            let known = endpoint.parts
            return known.count == parts.count
                && zip(known, parts).allSatisfy { $0.parameter != nil || $0.text == $1 }
        }.map { $0.method.uppercased() }.sorted()
    }

    /// The parts of the path between slashes; one in braces stands for anything.
    private var parts: [(text: Substring, parameter: Substring?)] {
        path.split(separator: "/").map { part in
            (part, part.hasPrefix("{") ? part.dropFirst().dropLast() : nil)
        }
    }
}
