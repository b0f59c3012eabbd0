/// Which methods each path takes.
struct KnownMethods: Sendable {
    private struct Path: Sendable {
        /// Nil stands for anything: a parameter.
        let parts: [Substring?]
        var methods: [String]
    }

    private var paths: [Path] = []

    /// Those of the document, which a test holds against the routes.
    static let present = KnownMethods(of: APIOperation.all)

    init(of operations: [APIOperation]) {
        var placeByPath: [String: Int] = [:]
        for operation in operations {
            let method = operation.method.uppercased()
            if let place = placeByPath[operation.path] {
                paths[place].methods.append(method)
            } else {
                placeByPath[operation.path] = paths.count
                let parts = Self.parts(of: operation.path).map { $0.hasPrefix("{") ? nil : $0 }
                paths.append(Path(parts: parts, methods: [method]))
            }
        }
    }

    /// The methods that `path` takes, in alphabetical order; empty where there is no such path.
    func methods(of path: String) -> [String] {
        let parts = Self.parts(of: path)
        let known = paths.first { known in
            known.parts.count == parts.count
                && zip(known.parts, parts).allSatisfy { $0 == nil || $0 == $1 }
        }
        return known?.methods.sorted() ?? []
    }

    /// Like the router, which looks over slashes that say nothing.
    private static func parts(of path: String) -> [Substring] {
        path.split(separator: "/")
    }
}
