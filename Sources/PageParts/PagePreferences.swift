package import HTTPTypes
package import Hummingbird
package import Messages

/// The language and theme in which somebody reads pages, as their browser says them.
package struct PagePreferences: Sendable, Equatable {
    /// The colours of a page.
    package enum Theme: String, Sendable {
        /// Dark ink on paper.
        case light
        /// The reverse.
        case dark
    }

    /// What a page is written in.
    package let language: Language
    /// Nil: as the system is set.
    package let theme: Theme?
    /// Whether the address itself chose the language, so that it is to be remembered.
    package let isChosen: Bool

    /// The preferences of a request: `?lang=`, else the cookies `lang` and `theme`, else the
    /// browser's languages.
    package init(of request: Request) {
        let chosen = request.uri.queryParameters["lang"].flatMap { Language(rawValue: String($0)) }
        let kept = Cookies.value("lang", of: request).flatMap { Language(rawValue: $0) }
        language =
            chosen ?? kept ?? Language(acceptLanguage: request.headers[.acceptLanguage] ?? "")
        theme = Cookies.value("theme", of: request).flatMap { Theme(rawValue: $0) }
        isChosen = chosen != nil
    }

    /// The `Set-Cookie` header that remembers a chosen language for a year; nil where none was.
    package var cookieHeader: String? {
        isChosen ? "lang=\(language.rawValue); Path=/; Max-Age=31536000; SameSite=Strict" : nil
    }
}

/// The cookies that a request brings.
package enum Cookies {
    /// The value of a cookie; nil where it is not sent.
    package static func value(_ name: String, of request: Request) -> String? {
        for part in (request.headers[.cookie] ?? "").split(separator: ";") {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard let first = pair.first, let last = pair.last, pair.count == 2 else { continue }
            let isNamed = first.trimmingPrefix { $0 == " " } == name
            if isNamed { return String(last.trimmingPrefix { $0 == " " }) }
        }
        return nil
    }
}

extension HTTPField.Name {
    private static func known(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else {
            preconditionFailure("\(name) is no name of a field")
        }
        return field
    }

    /// From where a browser says that a request comes.
    package static let fetchSite = known("Sec-Fetch-Site")
    /// Whether a person follows an address, or a script asks.
    package static let fetchMode = known("Sec-Fetch-Mode")
    /// Sent with what a page asks by itself, without its reader.
    package static let atelierLive = known("Atelier-Live")
    /// What a browser is to forget.
    package static let clearSiteData = known("Clear-Site-Data")
    /// What other pages learn of this one.
    package static let referrerPolicy = known("Referrer-Policy")
    private static let openerPolicy = known("Cross-Origin-Opener-Policy")
    private static let resourcePolicy = known("Cross-Origin-Resource-Policy")
    private static let embedderPolicy = known("Cross-Origin-Embedder-Policy")
    private static let permissionsPolicy = known("Permissions-Policy")

    /// What a browser is told with each page: nothing from elsewhere, in no frame, no devices.
    ///
    /// - Parameters:
    ///   - formAction: Where forms may be sent: `'self'` or `'none'`.
    ///   - referrer: What other pages learn of this one.
    package static func pageHeaders(
        formAction: String, referrer: String
    ) -> [(HTTPField.Name, String)] {
        [
            (
                .contentSecurityPolicy,
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
                    + "connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
                    + "form-action \(formAction); frame-ancestors 'none'"
            ),
            (.xContentTypeOptions, "nosniff"),
            (.referrerPolicy, referrer),
            (.openerPolicy, "same-origin"),
            (.resourcePolicy, "same-origin"),
            (.embedderPolicy, "require-corp"),
            (.permissionsPolicy, "camera=(), microphone=(), geolocation=()"),
        ]
    }
}
