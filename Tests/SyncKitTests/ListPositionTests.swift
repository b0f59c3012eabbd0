import SyncKit
import TestSupport
import Testing

/// There is always a place between two others, and texts stay short.
@Suite struct ListPositionTests {
    // Goal: whatever is inserted where, the texts sort as the list does.
    // Method: every sequence of five insert places (1·2·3·4·5 lists), with the least, the greatest
    // and random bits.
    @Test(arguments: [0, UInt64.max, 0x1234_5678_9abc_def0])
    func everySequenceOfInsertsSorts(bits: UInt64) throws {
        var lists: [[ListPosition]] = [[]]
        for _ in 0..<5 {
            lists = try lists.flatMap { list in
                try (0...list.count).map { try Self.inserting(at: $0, into: list, bits) }
            }
        }
        #expect(lists.count == 120)
        for list in lists {
            #expect(list == list.sorted())
            #expect(Set(list).count == list.count)
        }
    }

    // Goal: 10,000 inserts stay as short as documented, wherever they are made.
    @Test(arguments: [
        ("end", 12), ("beginning", 12), ("random", 40), ("after one row", 48),
        ("before one row", 48),
    ])
    func textsStayShort(place: String, longest: Int) throws {
        let seed: UInt64 = 41
        var generator = SeededGenerator(seed: seed)
        var list: [ListPosition] = []
        for _ in 0..<2 {
            list = try Self.inserting(at: list.count, into: list, generator.next())
        }
        for count in 2..<10_000 {
            let index =
                switch place {
                case "end": list.count
                case "beginning": 0
                case "random": generator.below(count + 1)
                case "after one row": 1
                default: count - 1
                }
            list = try Self.inserting(at: index, into: list, generator.next())
        }
        #expect(list.count == 10_000)
        #expect(zip(list, list.dropFirst()).allSatisfy { $0 < $1 }, "seed \(seed)")
        let most = list.map(\.text.utf8.count).max() ?? 0
        #expect(most <= longest, "\(place): \(most), seed \(seed)")
    }

    // Goal: the worst way to insert costs no more than two characters each time.
    @Test func zigzagCostsACharacterEach() throws {
        var generator = SeededGenerator(seed: 3)
        var (low, high): (ListPosition?, ListPosition?) = (nil, nil)
        for count in 1...500 {
            let new = try #require(
                ListPosition.between(low, high, randomBits: generator.next()))
            if count.isMultiple(of: 2) { low = new } else { high = new }
            #expect(new.text.utf8.count <= 8 + 2 * count)
        }
    }

    // Goal: devices that insert at the same place choose different texts.
    @Test func theSamePlaceGivesDifferentTexts() throws {
        var generator = SeededGenerator(seed: 5)
        let low = try #require(ListPosition("4fX"))
        let gaps: [(ListPosition?, ListPosition?)] = [
            (nil, nil), (low, nil), (nil, low), (low, ListPosition("4fY")),
        ]
        for (low, high) in gaps {
            let texts = try (0..<2000).map { _ in
                try #require(
                    ListPosition.between(low, high, randomBits: generator.next())
                ).text
            }
            #expect(Set(texts).count == texts.count)
        }
    }

    // Goal: neighbours in the wrong order, equal ones and texts of other programs are told apart.
    @Test func wrongNeighboursAndTextsAreRefused() throws {
        let (low, high) = (try #require(ListPosition("A")), try #require(ListPosition("B")))
        #expect(ListPosition.between(high, low, randomBits: 1) == nil)
        #expect(ListPosition.between(low, low, randomBits: 1) == nil)
        for text in ["", "A-", "é", "A B", "-", "a\n"] {
            #expect(ListPosition(text) == nil, "\(text)")
        }
    }

    private static func inserting(
        at index: Int, into list: [ListPosition], _ bits: UInt64
    ) throws -> [ListPosition] {
        let new = try #require(
            ListPosition.between(
                index > 0 ? list[index - 1] : nil, index < list.count ? list[index] : nil,
                randomBits: bits))
        var longer = list
        longer.insert(new, at: index)
        return longer
    }
}
