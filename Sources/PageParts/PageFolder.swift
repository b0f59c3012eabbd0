package import Foundation
import HTTPTypes
package import Hummingbird
import NIOCore

/// The files that pages load, from a folder beside the program.
package struct PageFolder: Sendable {
    private let url: URL

    /// - Parameter url: Where the files lie.
    package init(_ url: URL) {
        self.url = url
    }

    /// The files that all pages share.
    package static var shared: PageFolder { PageFolder(resources(of: "PageParts", "Site")) }

    /// A folder of a target's resources, beside the executable.
    package static func resources(of target: String, _ folder: String) -> URL {
        Bundle.main.bundleURL.appending(path: "atelier_\(target).resources/\(folder)")
    }

    /// The answer with a file: a stylesheet, a script, a picture; nil where there is none.
    package func file(_ path: String) -> Response? {
        let names = path.split(separator: "/", omittingEmptySubsequences: false)
        guard let last = names.last, let dot = last.lastIndex(of: "."),
            let type = Self.types[String(last[last.index(after: dot)...])],
            names.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") }),
            let data = try? Data(contentsOf: url.appending(path: path))
        else { return nil }
        // The browser asks each time: the program may have been replaced by another version.
        return Response(
            status: .ok, headers: [.contentType: type, .cacheControl: "no-cache"],
            body: .init(byteBuffer: ByteBuffer(bytes: data)))
    }

    /// The text of a file.
    package func text(_ path: String) throws -> String {
        try String(contentsOf: url.appending(path: path), encoding: .utf8)
    }

    private static let types = [
        "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "svg": "image/svg+xml", "webp": "image/webp",
    ]
}
