/// A line of figures as an engine's process prints it: a flat JSON object.
struct PhaseLine: Codable {
    /// The phase that was measured.
    let phase: String
    /// Numbers by name, such as `cpu_ms`.
    var figures: [String: Double] = [:]
    /// The digest of all content afterwards.
    var digest: String?

    init(phase: String) {
        self.phase = phase
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        phase = try values.decode(String.self, forKey: Key("phase"))
        digest = try values.decodeIfPresent(String.self, forKey: Key("digest"))
        for key in values.allKeys {
            if let number = try? values.decode(Double.self, forKey: key) {
                figures[key.stringValue] = number
            } else if let flag = try? values.decode(Bool.self, forKey: key) {
                figures[key.stringValue] = flag ? 1 : 0
            }
        }
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(phase, forKey: Key("phase"))
        try values.encodeIfPresent(digest, forKey: Key("digest"))
        for (name, number) in figures { try values.encode(number, forKey: Key(name)) }
    }

    private struct Key: CodingKey {
        let stringValue: String
        let intValue: Int? = nil

        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
