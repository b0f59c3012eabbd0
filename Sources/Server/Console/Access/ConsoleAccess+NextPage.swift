import Foundation
import HTTPTypes
import Hummingbird

extension ConsoleAccess {
    /// Where the console begins.
    static let root = "/console"

    /// Whether a request is to the console, whose pages no cache may keep.
    static func isConsole(_ request: Request) -> Bool {
        request.uri.path == root || request.uri.path.hasPrefix("\(root)/")
    }

    /// Leads to the sign-in, and from there back to the page that was asked for.
    static func signIn(for request: Request) -> Response {
        let next = request.method == .get ? nextPage(request.uri.string) : root
        var address = URLComponents()
        address.path = "\(root)/sign-in"
        if next != root { address.queryItems = [URLQueryItem(name: "next", value: next)] }
        return .redirect(to: address.string ?? address.path, type: .normal)
    }

    /// The page to go to after signing in: `text` where it is a page of the console, else its
    /// first page.
    ///
    /// Only letters, digits and what queries are made of are accepted: no `//`, `..`, `\` or
    /// control character leads a browser elsewhere.
    static func nextPage(_ text: String?) -> String {
        guard let text, text.utf8.count <= Limits.nextBytes,
            text == root || text.hasPrefix("\(root)/") || text.hasPrefix("\(root)?"),
            !text.contains("//"), !text.contains(".."),
            text.utf8.allSatisfy({ allowed.contains($0) })
        else { return root }
        return text
    }

    private static let allowed = Set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/?&=%+-_.~".utf8)
}
