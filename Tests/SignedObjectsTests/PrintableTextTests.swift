import Foundation
import SignedObjects
import Testing

@Suite struct PrintableTextTests {
    /// U+10FFFF: no literal may hold it.
    private static let noncharacter = String(decoding: [0xF4, 0x8F, 0xBF, 0xBF], as: UTF8.self)

    // Goal: no text moves the cursor, colours, hides or reorders what is around it.
    // Method: each kind of character that does, in each form; what writes languages stays.
    @Test(arguments: [
        "\u{1B}[31mred", "\u{9B}2J", "a\u{8}b", "a\rb", "\u{7}", "\u{0}", "\u{7F}", "\u{202E}gnp",
        "\u{2066}x", "\u{200F}x", "\u{61C}x", "a\u{2028}b", "a\u{2029}b",
        Self.noncharacter, "\u{FFF9}a\u{FFFB}", "\u{206A}",
    ])
    func whatATerminalObeysIsReplaced(text: String) {
        for shown in [PrintableText.line(text), PrintableText.block(text)] {
            #expect(shown.unicodeScalars.count == text.unicodeScalars.count)
            #expect(shown.unicodeScalars.contains("\u{FFFD}"))
            #expect(shown.unicodeScalars.allSatisfy(PrintableText.isPrintable))
        }
    }

    @Test(arguments: [
        "", "Héron cendré", "鷺と波", "שלום", "می‌خواهم", "👩‍🎨🏴󠁧󠁢󠁥󠁮󠁧󠁿", "cafe\u{301}", "\u{FFFD}",
    ])
    func whatWritesLanguagesStays(text: String) {
        #expect(PrintableText.line(text) == text && PrintableText.block(text) == text)
        #expect(PrintableText.json(text) == text)
    }

    // Goal: a cell stays one line, a note keeps its lines.
    @Test func linesStayWhereTheyMay() {
        #expect(PrintableText.line("a\nb\tc\r\nd") == "a b c\u{FFFD} d")
        #expect(PrintableText.block("a\nb\tc") == "a\nb\tc")
    }

    // Goal: the program's own styles stay, and nothing that only looks like one.
    @Test func ownStylesStay() {
        let text = "\u{1B}[2mid\u{1B}[0m \u{1B}[31mtitle\u{1B}[2"
        #expect(
            PrintableText.line(text, keeping: ["\u{1B}[2m", "\u{1B}[0m"])
                == "\u{1B}[2mid\u{1B}[0m \u{FFFD}[31mtitle\u{FFFD}[2")
    }

    // Goal: JSON means the same and prints nothing that a terminal obeys.
    @Test func jsonMeansTheSame() throws {
        let value = ["a\u{202E}b\u{9B}2J\u{7F}", Self.noncharacter, "x\ny"]
        let encoder = JSONEncoder()
        encoder.outputFormatting = .prettyPrinted
        let json = PrintableText.json(String(decoding: try encoder.encode(value), as: UTF8.self))
        #expect(json.unicodeScalars.allSatisfy { PrintableText.isPrintable($0) || $0 == "\n" })
        #expect(try JSONDecoder().decode([String].self, from: Data(json.utf8)) == value)
    }
}
