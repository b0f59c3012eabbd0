import AtelierServer
import Hummingbird
import PageParts

/// A secret cookie of this host, which no script reads, until the browser is closed.
///
/// Over TLS its name begins with `__Host-`: a browser then takes it only with `Secure`, for this
/// host alone and the whole of it, so that no other host and no plain page plants one.
struct HostCookie {
    /// A moderator's session.
    static let session = HostCookie(plainName: "atelier-console", sameSite: "Strict")
    /// The code of a claim or of reservations: a link in somebody's letter has to open the page
    /// that the code leads to.
    static let rights = HostCookie(plainName: "atelier-rights", sameSite: "Lax")

    /// Its name on this machine, where there is no TLS.
    let plainName: String
    private let sameSite: String

    private init(plainName: String, sameSite: String) {
        (self.plainName, self.sameSite) = (plainName, sameSite)
    }

    /// Its name over TLS.
    var secureName: String { "__Host-\(plainName)" }

    /// What a request brings; nil for nothing.
    func value(of request: Request, at site: PageSite?) -> String? {
        Cookies.value(site?.isSecure == true ? secureName : plainName, of: request)
    }

    /// The header that gives it to a browser.
    func header(_ value: String, at site: PageSite?) -> String {
        site?.isSecure == true
            ? "\(secureName)=\(value); Path=/; Secure; HttpOnly; SameSite=\(sameSite)"
            : "\(plainName)=\(value); Path=/; HttpOnly; SameSite=\(sameSite)"
    }

    /// The header that takes it away.
    func removal(at site: PageSite?) -> String { header("", at: site) + "; Max-Age=0" }
}
