import AtelierServer
import Hummingbird
import PageParts

/// The cookie that holds a moderator's session.
///
/// Over TLS its name begins with `__Host-`: a browser then takes it only with `Secure`, for this
/// host alone and the whole of it, so that no other host and no plain page plants one.
enum SessionCookie {
    /// Its name over TLS.
    static let secureName = "__Host-atelier-console"
    /// Its name on this machine, where there is no TLS.
    static let plainName = "atelier-console"

    /// The session that a request brings; nil for none.
    static func value(of request: Request, at site: PageSite?) -> String? {
        Cookies.value(site?.isSecure == true ? secureName : plainName, of: request)
    }

    /// The header that gives a browser its session, until the browser is closed.
    static func header(_ token: String, at site: PageSite) -> String {
        site.isSecure
            ? "\(secureName)=\(token); Path=/; Secure; HttpOnly; SameSite=Strict"
            : "\(plainName)=\(token); Path=/; HttpOnly; SameSite=Strict"
    }

    /// The header that takes it away.
    static func removal(at site: PageSite) -> String {
        header("", at: site) + "; Max-Age=0"
    }
}
