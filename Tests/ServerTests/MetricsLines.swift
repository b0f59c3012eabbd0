import Testing

/// Metrics as a reader of the exposition format takes them.
struct MetricsLines {
    /// Values by name and labels, as written.
    let values: [Substring: Double]

    /// - Throws: Where a line is not what the format allows, or a sample is of no family.
    init(_ text: String) throws {
        try #require(text.hasSuffix("\n"))
        var values: [Substring: Double] = [:]
        var (family, type): (Substring, Substring) = ("", "")
        for line in text.split(separator: "\n") {
            if line.hasPrefix("# HELP ") { continue }
            if line.hasPrefix("# TYPE ") {
                let words = line.split(separator: " ")
                try #require(words.count == 4, "\(line)")
                (family, type) = (words[2], words[3])
                try #require(["counter", "gauge", "histogram"].contains(type), "\(line)")
                continue
            }
            let parts = try #require(
                line.wholeMatch(
                    of: /([a-z_]+)(\{[a-z_]+="[^"\\]*"(?:,[a-z_]+="[^"\\]*")*\})? (\S+)/),
                "\(line)")
            let suffixes = type == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
            #expect(suffixes.contains { parts.output.1 == family + $0 }, "\(line) in \(family)")
            let key = line.prefix(upTo: parts.output.3.startIndex).dropLast()
            try #require(values[key] == nil, "\(key) twice")
            let value: Double = try #require(Double(parts.output.3), "\(line)")
            values[key] = value
        }
        self.values = values
    }

    /// The key of the requests that are being answered.
    static func activeRequests(_ method: String) -> String {
        "http_server_active_requests{http_request_method=\"\(method)\",url_scheme=\"http\"}"
    }

    /// The value of that name and those labels.
    subscript(_ key: String) -> Double? { values[Substring(key)] }
}
