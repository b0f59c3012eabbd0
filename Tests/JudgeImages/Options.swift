/// What the command line asks for.
struct Options {
    /// A word that was not understood.
    struct Mistake: Error, CustomStringConvertible {
        let description: String
    }

    static let usage = """
        Usage: Scripts/image-quality FOLDER --out DIR [options]

          --out DIR       where the pictures and contact.png go
          --sketch FILE   what the pictures after a sketch follow; else a landscape
          --foreign FILE  somebody else's picture, for the control that must fail
          --mode MODE     compose, collage, sketch, pattern, after or figure only
          --marks FILE    for figures: the landmarks of the works, by the name of their file
          --after FILE    what is painted after; else the works in turn
          --closeness N   how close to it, 0 to 100 (70)
          --originality N how far from it after a sketch, 0 to 100 (50)
          --step N        pixels from one searched patch to the next (16)
          --draw          draw only, and judge nothing
          --drafts        draw sheets of nine drafts instead, one for each seed
          --seeds N       pictures for each mode (8)
          --size WxH      their size in pixels (384x288)
          --json          one object instead of tables
        """

    private(set) var folder = ""
    private(set) var out = ""
    private(set) var sketch: String?
    private(set) var foreign: String?
    private(set) var mode: String?
    private(set) var marks: String?
    private(set) var after: String?
    private(set) var closeness = 70
    private(set) var originality = 50
    private(set) var step = 16
    private(set) var seeds = 8
    private(set) var size = (width: 384, height: 288)
    private(set) var isJSON = false
    private(set) var onlyDraws = false
    private(set) var drawsDrafts = false
    private(set) var wantsHelp = false

    init(_ words: some Sequence<String>) throws {
        var words = Array(words)[...]
        func value(of name: String) throws -> String {
            guard let value = words.popFirst() else {
                throw Mistake(description: "\(name) needs a value")
            }
            return value
        }
        while let word = words.popFirst() {
            switch word {
            case "--out": out = try value(of: word)
            case "--sketch": sketch = try value(of: word)
            case "--foreign": foreign = try value(of: word)
            case "--mode": mode = try value(of: word)
            case "--marks": marks = try value(of: word)
            case "--after": after = try value(of: word)
            case "--closeness": closeness = try Self.number(try value(of: word), from: 0)
            case "--originality": originality = try Self.number(try value(of: word), from: 0)
            case "--step": step = try Self.number(try value(of: word))
            case "--seeds": seeds = try Self.number(try value(of: word))
            case "--size":
                let sides = try value(of: word).split(separator: "x").map(String.init)
                guard sides.count == 2 else { throw Mistake(description: "--size is WxH") }
                size = (try Self.number(sides[0]), try Self.number(sides[1]))
            case "--json": isJSON = true
            case "--draw": onlyDraws = true
            case "--drafts": drawsDrafts = true
            case "--help", "-h": wantsHelp = true
            default:
                guard folder.isEmpty, !word.hasPrefix("-") else {
                    throw Mistake(description: "'\(word)' is not understood")
                }
                folder = word
            }
        }
        guard mode != "figure" || marks != nil else {
            throw Mistake(description: "--mode figure needs --marks FILE")
        }
        guard wantsHelp || (!folder.isEmpty && !out.isEmpty) else {
            throw Mistake(description: "name a folder of works and --out DIR")
        }
    }

    private static func number(_ text: String, from lowest: Int = 1) throws -> Int {
        guard let number = Int(text), number >= lowest else {
            throw Mistake(description: "'\(text)' is not a number from \(lowest)")
        }
        return number
    }
}
