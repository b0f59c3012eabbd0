import AtelierServer
import Foundation
import Testing

/// The server's OpenAPI document, as a client reads it.
///
/// `@unchecked Sendable`: it is made once and never changed, so it needs no lock.
struct APIDocument: @unchecked Sendable {
    private let root: [String: Any]
    private let schemas: [String: Any]

    /// The document of this build.
    static let present = Result { try APIDocument(OpenAPI.text(isPretty: false)) }

    init(_ text: String) throws {
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
        root = try #require(object as? [String: Any])
        let components = try #require(root["components"] as? [String: Any])
        schemas = try #require(components["schemas"] as? [String: Any])
    }

    /// Each path's operations by their methods.
    var paths: [String: [String: [String: Any]]] {
        root["paths"] as? [String: [String: [String: Any]]] ?? [:]
    }

    /// `GET /v1/server` and so on.
    var routes: Set<String> {
        Set(
            paths.flatMap { path, operations in operations.keys.map { "\($0.uppercased()) \(path)" }
            })
    }

    /// Every cause of a problem that some answer may have, with the status of that answer.
    var causes: [String: Set<String>] {
        var causes: [String: Set<String>] = [:]
        let common = methodNotAllowed.map { [["responses": ["405": $0]]] } ?? []
        for operation in paths.values.flatMap(\.values) + common {
            for (status, response) in operation["responses"] as? [String: [String: Any]] ?? [:] {
                let schema = Self.schema("application/problem+json", response) as? [String: Any]
                let type = (schema?["properties"] as? [String: Any])?["type"] as? [String: Any]
                for cause in type?["enum"] as? [String] ?? [] {
                    causes[cause, default: []].insert(status)
                }
            }
        }
        return causes
    }

    /// What every path answers to a method that it does not take.
    private var methodNotAllowed: [String: Any]? {
        let components = root["components"] as? [String: Any]
        let responses = components?["responses"] as? [String: [String: Any]]
        return responses?["MethodNotAllowed"]
    }

    /// The route that a request is for, if it is documented.
    func route(_ method: String, _ target: String) -> String? {
        let path = target.prefix { $0 != "?" }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return routes.first { route in
            let words = route.split(separator: " ")
            let names = words[1].split(separator: "/", omittingEmptySubsequences: false)
            return words[0] == method && names.count == parts.count
                && zip(names, parts).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
        }
    }

    /// What is not as documented in an answer; nothing where all is.
    func problems(
        _ method: String, _ target: String, status: Int, type: String?, body: [UInt8]
    ) -> [String] {
        let route = "\(method) \(target.prefix { $0 != "?" })"
        guard let responses = responses(method, target) else {
            return status == 404 || status == 400 ? [] : ["\(route), no route, answers \(status)"]
        }
        guard let response = responses[String(status)] else {
            return ["\(route) answers \(status), which is not documented"]
        }
        // What its answer is about is not sent.
        if method == "HEAD" { return [] }
        guard let type, let schema = Self.schema(type, response) else {
            return ["\(route) answers \(status) with \(type ?? "no type")"]
        }
        guard type.hasSuffix("json") else { return [] }
        guard let value = try? JSONSerialization.jsonObject(with: Data(body)) else {
            return ["\(route) answers \(status) with no JSON"]
        }
        return mismatches(value, schema).map { "\(route) answers \(status): \($0)" }
    }

    /// The answers that a request may get, by their statuses; nil where no path fits.
    private func responses(_ method: String, _ target: String) -> [String: [String: Any]]? {
        if let route = route(method, target) {
            let words = route.split(separator: " ").map(String.init)
            let operation = paths[words[1]]?[words[0].lowercased()]
            return operation?["responses"] as? [String: [String: Any]] ?? [:]
        }
        let isPath = ["GET", "POST", "PUT", "DELETE"].contains { route($0, target) != nil }
        guard isPath else { return nil }
        return methodNotAllowed.map { ["405": $0] } ?? [:]
    }

    private static func schema(_ type: String, _ response: [String: Any]) -> Any? {
        let content = response["content"] as? [String: [String: Any]]
        return content?[type]?["schema"]
    }

    /// The part of JSON Schema that the document uses.
    private func mismatches(_ value: Any, _ schema: Any, at place: String = "body") -> [String] {
        guard let schema = schema as? [String: Any] else { return ["\(place): no schema"] }
        if let reference = schema["$ref"] as? String {
            let name = reference.split(separator: "/").last.map(String.init) ?? ""
            return mismatches(value, schemas[name] ?? "", at: place)
        }
        switch schema["type"] as? String {
        case "object"?:
            guard let object = value as? [String: Any] else { return ["\(place): no object"] }
            let properties = schema["properties"] as? [String: Any] ?? [:]
            let missing = (schema["required"] as? [String] ?? []).filter { object[$0] == nil }
            let unknown = properties.isEmpty ? [] : object.keys.filter { properties[$0] == nil }
            return missing.map { "\(place).\($0) is missing" }
                + unknown.map { "\(place).\($0) is not documented" }
                + object.flatMap { name, value in
                    properties[name].map { mismatches(value, $0, at: "\(place).\(name)") } ?? []
                }
        case "array"?:
            guard let array = value as? [Any] else { return ["\(place): no array"] }
            return array.flatMap { mismatches($0, schema["items"] ?? "", at: "\(place)[]") }
        case "integer"?:
            guard let number = value as? Int else { return ["\(place): no whole number"] }
            let least = schema["minimum"] as? Int ?? .min
            return number < least ? ["\(place): \(number) is too little"] : []
        case "boolean"?: return value is Bool ? [] : ["\(place): neither true nor false"]
        case "string"?:
            guard let text = value as? String else { return ["\(place): no text"] }
            if let pattern = schema["pattern"] as? String,
                text.range(of: pattern, options: .regularExpression) == nil
            {
                return ["\(place): '\(text)' does not fit \(pattern)"]
            }
            let choices = schema["enum"] as? [String]
            return choices?.contains(text) == false ? ["\(place): '\(text)' is no choice"] : []
        default: return ["\(place): an unknown type"]
        }
    }
}
