/// A browser in words, for lists of sessions: of what it sends of itself no more is stored.
enum BrowserName {
    /// Such as `Firefox, Linux`; empty where nothing is known of it.
    ///
    /// - Parameter userAgent: What the browser sends; at most a known part of it is shown.
    static func name(_ userAgent: String?) -> String {
        let text = userAgent ?? ""
        // Those that also carry another's name come first.
        let browsers = [
            ("Firefox/", "Firefox"), ("Edg/", "Edge"), ("OPR/", "Opera"), ("Chrome/", "Chrome"),
            ("Safari/", "Safari"),
        ]
        let systems = [
            ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
            ("Windows", "Windows"), ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"),
            ("Linux", "Linux"),
        ]
        return [browsers, systems].compactMap { names in
            names.first { text.contains($0.0) }?.1
        }.joined(separator: ", ")
    }
}
