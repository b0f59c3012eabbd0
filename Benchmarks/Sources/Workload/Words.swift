/// The words of titles and notes, and the names of licenses.
enum Words {
    static let licenses = [
        "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC0-1.0", "CC-BY-ND-4.0", "Apache-2.0",
        "MIT", "Proprietary", "CC-BY-NC-SA-4.0", "OpenRAIL-M", "all-rights-res", "public-domain",
        "GPL-3.0-only", "BSD-3-Clause", "custom-studio", "unknown",
    ]

    private static let syllables = [
        "ba", "be", "bi", "bo", "da", "de", "di", "do", "fa", "fe", "ka", "ke", "ki", "ko", "la",
        "le", "lu", "ma", "me", "mi", "mo", "na", "ne", "no", "ra", "re", "ri", "ro", "sa", "se",
        "ta", "to",
    ]

    private static let all = (0..<1024).map { number in
        let third = number % 3 == 0 ? syllables[(number * 7 + 3) & 31] : ""
        return syllables[number & 31] + syllables[number >> 5] + third
    }

    /// `count` words with a space between each two.
    static func drawn(_ count: Int, from stream: inout SeededStream) -> String {
        var text = ""
        for index in 0..<count {
            if index > 0 { text += " " }
            text += all[stream.next(below: all.count)]
        }
        return text
    }
}
