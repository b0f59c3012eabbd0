import AtelierProtocol
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import SignedObjects

/// The OpenAPI 3.1 document of the routes.
public enum OpenAPI {
    /// The document as JSON.
    public static func text(isPretty: Bool) throws -> String {
        try json.text(isPretty: isPretty)
    }

    /// The document as it is answered; throws words where it has no JSON form, which a test
    /// excludes.
    static let document = Result {
        TaggedDocument(try text(isPretty: false), type: "application/json")
    }

    static let json: JSON = [
        "openapi": "3.1.0",
        "info": [
            "title": "Atelier server", "version": "1",
            "description": .string(
                "Accounts, credits and sealed sync for artists' devices. Docs/PROTOCOL.md says "
                    + "how proofs, segments and signed objects are made. A path answers every "
                    + "method that is not listed with the response MethodNotAllowed."),
        ],
        "paths": .object(paths),
        "components": [
            "schemas": .object(APISchemas.all),
            "responses": ["MethodNotAllowed": Endpoint.methodNotAllowed],
            "securitySchemes": [
                "proof": [
                    "type": "apiKey", "in": "header", "name": .string(RequestProof.headerName),
                    "description": .string(
                        "A compact JWS by the device's key over method, path and query, the "
                            + "body's SHA-256, the time and 16 random bytes; used once, within "
                            + "60 seconds."),
                ],
                "session": [
                    "type": "http", "scheme": "bearer",
                    "description": "The secret of a moderator's session.",
                ],
            ],
        ],
    ]

    private static var paths: [String: JSON] {
        Dictionary(grouping: Endpoint.all, by: \.path).mapValues { operations in
            .object(
                Dictionary(
                    operations.map { ($0.method, $0.document) },
                    uniquingKeysWith: { first, _ in first }))
        }
    }
}

extension Endpoint {
    /// What every path answers to a method that it does not take.
    fileprivate static let methodNotAllowed: JSON = [
        "description": .string(Problem.Kind.methodNotAllowed.title),
        "content": problem([.methodNotAllowed]),
        "headers": .object(
            everyHeader.merging(["Allow": header("string", "The methods that it takes.")]) {
                first, _ in first
            }),
    ]

    fileprivate var document: JSON {
        var document: [String: JSON] = [
            "operationId": .string(id), "summary": .string(summary),
            "responses": .object(responses),
        ]
        let parameters = pathParameters + query
        if !parameters.isEmpty { document["parameters"] = .array(parameters) }
        switch proof {
        case .none: break
        case .ownKey, .device: document["security"] = [["proof": []]]
        case .session: document["security"] = [["session": []]]
        }
        if let body {
            document["requestBody"] = [
                "required": .bool(needsBody),
                "description": .string("At most \(body.limit) bytes."),
                "content": body.content.document,
            ]
        }
        return .object(document)
    }

    private var pathParameters: [JSON] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map { part in
            let name = String(part.dropFirst().dropLast())
            return [
                "name": .string(name), "in": "path", "required": true,
                "schema": APISchemas.path(name),
            ]
        }
    }

    private var responses: [String: JSON] {
        var responses: [String: JSON] = [:]
        for (status, content) in replies {
            responses[String(status)] = [
                "description": "All is well.", "content": content.document,
                "headers": .object(headers),
            ]
        }
        if isTagged {
            responses["304"] = [
                "description": "The document with this tag is still the present one.",
                "headers": .object(Self.everyHeader),
            ]
        }
        for (status, kinds) in Dictionary(grouping: allCauses, by: \.status) {
            let kinds = kinds.sorted { $0.rawValue < $1.rawValue }
            var headers = Self.everyHeader
            if kinds.contains(.tooMany) || kinds.contains(.unavailable) {
                headers["Retry-After"] = Self.header("integer", "Seconds to wait.")
            }
            responses[String(status)] = [
                "description": .string(kinds.map(\.title).joined(separator: " ")),
                "content": Self.problem(kinds),
                "headers": .object(headers),
            ]
        }
        return responses
    }

    private static func problem(_ kinds: [Problem.Kind]) -> JSON {
        ["application/problem+json": ["schema": APISchemas.problem(kinds)]]
    }

    private var headers: [String: JSON] {
        guard tellsState else { return Self.everyHeader }
        return Self.everyHeader.merging(
            [
                "Atelier-Epoch": Self.header("integer", "The server's epoch."),
                "Atelier-Head": Self.header("integer", "The sequence of the last segment."),
                "Atelier-Floor": Self.header("integer", "Segments up to here are gone."),
                "Atelier-Horizon": Self.header("integer", "Every active device holds these."),
                "Atelier-History-Hash": Self.header(
                    "string", "A digest over all segments up to the sequence."),
                "Atelier-History": Self.header(
                    "string", "`other`: the device has another history."),
                "Atelier-Writing": Self.header(
                    "string", "`refused`: the account may not push now."),
            ]
        ) { first, _ in first }
    }

    private static let everyHeader = [
        "Atelier-Time": header("integer", "The server's time, milliseconds since 1970 UTC."),
        "Atelier-Request": header("string", "Names the request in the server's log."),
    ]

    private static func header(_ type: String, _ text: String) -> JSON {
        ["description": .string(text), "schema": ["type": .string(type)]]
    }
}

extension Endpoint.Content {
    fileprivate var document: JSON {
        switch self {
        case .json(let name):
            ["application/json": ["schema": ["$ref": .string("#/components/schemas/\(name)")]]]
        case .bytes(let text):
            ["application/octet-stream": ["schema": ["description": .string(text)]]]
        case .text(let type):
            .object([type: ["schema": ["type": "string"]]])
        }
    }
}

/// A document that is sent often and changes seldom or never: its bytes and tag are made once.
struct TaggedDocument: Sendable {
    private let bytes: ByteBuffer
    private let type: String
    private let tag: String

    init(_ text: String, type: String) {
        bytes = ByteBuffer(string: text)
        self.type = type
        tag = "\"\(Digest(of: text).description.prefix(32))\""
    }

    /// The document, or that the asker has it already.
    func response(to request: Request) -> Response {
        let known = request.headers[values: .ifNoneMatch].flatMap { list in
            list.split(separator: ",").map { $0.drop { $0 == " " } }
        }
        let headers: HTTPFields = [
            .contentType: type, .eTag: tag, .cacheControl: "no-cache",
        ]
        guard !known.contains(where: { $0 == "*" || $0 == tag || $0 == "W/\(tag)" }) else {
            return Response(status: .notModified, headers: headers)
        }
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: bytes))
    }
}

/// A JSON value whose keys stay as they are written.
enum JSON: Encodable, Sendable, Hashable {
    case string(String)
    case integer(Int)
    case bool(Bool)
    case array([JSON])
    case object([String: JSON])

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .string(let text): try container.encode(text)
        case .integer(let number): try container.encode(number)
        case .bool(let flag): try container.encode(flag)
        case .array(let values): try container.encode(values)
        case .object(let values): try container.encode(values)
        }
    }

    /// The text, with keys in order.
    func text(isPretty: Bool) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// This object with the keys of another one besides.
    func with(_ other: [String: JSON]) -> JSON {
        guard case .object(let values) = self else { return self }
        return .object(values.merging(other) { _, new in new })
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .integer(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(arrayLiteral elements: JSON...) { self = .array(elements) }
    init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { first, _ in first }))
    }
}
