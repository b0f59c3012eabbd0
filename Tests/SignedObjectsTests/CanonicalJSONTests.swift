import Foundation
import SignedObjects
import SystemSupport
import Testing
import TestSupport

@Suite struct CanonicalJSONTests {
    // Goal: what is signed is the text that Foundation's encoder writes, whichever wrote it.
    // Method: 1,500 random values of every form, compared with that encoder; every control
    // character; the ends of the ranges of numbers.
    @Test(arguments: SeededGenerator.seeds(3))
    func theOneFormIsFoundations(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let value = Sample(random: &random, depth: 3)
            let expected = String(
                decoding: try CanonicalJSON.encoder.encode(value), as: UTF8.self)
            let written = String(decoding: try CanonicalJSON.encode(value), as: UTF8.self)
            #expect(written == expected, "seed \(seed)")
        }
        #expect(throws: EncodingError.self) { try CanonicalJSON.encode([Double.infinity]) }
    }

    // Goal: what a super encoder writes is kept, whenever it writes.
    @Test func superclassesHaveTheirPlace() throws {
        let expected = try CanonicalJSON.encoder.encode(Derived())
        #expect(try CanonicalJSON.encode(Derived()) == [UInt8](expected))
    }
}

/// A value with members of every form that an encoder meets.
private struct Sample: Encodable {
    enum Choice: String, Codable, CaseIterable { case first, second }

    let someText: String
    let wholeNumber: Int
    let unsigned: UInt64
    let small: Int8
    let fraction: Double
    let single: Float
    let isTrue: Bool
    let choice: Choice
    let bytes: Data
    let id: DeviceID
    let missing: Int?
    let texts: [String]
    let fractions: [Double]
    let lists: [[UInt32]]
    let byText: [String: Int]
    let samples: [Sample]
    let bySample: [String: Sample]
    let holes: [Bool?]
    let twice: String

    init(random: inout SeededGenerator, depth: Int) {
        func count(_ most: Int) -> Range<Int> { 0..<Int.random(in: 0...most, using: &random) }
        func text() -> String {
            let scalars: [Unicode.Scalar] = count(12).map { _ in
                let code =
                    Bool.random(using: &random)
                    ? UInt32.random(in: 0..<128, using: &random)
                    : UInt32.random(in: 0..<0x11_0000, using: &random)
                return Unicode.Scalar(code) ?? "\u{2028}"
            }
            return scalars.reduce(into: "") { $0.unicodeScalars.append($1) }
        }
        func name() -> String {
            ["aName", "URL", "b", "Zed", "ünder", "a_b"].randomElement(using: &random) ?? ""
        }
        func number() -> Double {
            [
                0, -0.0, 1, 0.1, 1e300, .leastNonzeroMagnitude, 123_456_789_012_345_680, 1e16,
                .random(in: -1e6...1e6, using: &random),
            ]
            .randomElement(using: &random) ?? 0
        }
        (someText, twice) = (text(), text())
        wholeNumber =
            [Int.min, Int.max, 0, .random(in: -1000...1000, using: &random)].randomElement(
                using: &random) ?? 0
        unsigned = [UInt64.max, UInt64(Int64.max) + 1, 7].randomElement(using: &random) ?? 0
        small = .random(in: .min ... .max, using: &random)
        fraction = number()
        single = Float(Int.random(in: -1000...1000, using: &random)) / 7
        isTrue = .random(using: &random)
        choice = Choice.allCases.randomElement(using: &random) ?? .first
        bytes = Data(count(9).map { _ in UInt8.random(in: .min ... .max, using: &random) })
        id = DeviceID(
            checked: (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) })
        missing = Bool.random(using: &random) ? nil : 3
        texts = count(3).map { _ in text() }
        fractions = count(3).map { _ in number() }
        lists = count(3).map { _ in
            count(3).map { _ in UInt32.random(in: .min ... .max, using: &random) }
        }
        byText = count(3).reduce(into: [:]) { all, index in all[name()] = index }
        holes = count(3).map { _ in Bool.random(using: &random) ? nil : true }
        let inner = depth > 0 ? count(2) : 0..<0
        samples = inner.map { _ in Sample(random: &random, depth: depth - 1) }
        bySample = inner.reduce(into: [:]) { all, _ in
            all[name()] = Sample(random: &random, depth: 0)
        }
    }
}

/// A class whose superclass encodes after the rest.
private final class Derived: Encodable {
    enum Keys: String, CodingKey { case ownPart, list, nestedObject }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        let later = container.superEncoder()
        let named = container.superEncoder(forKey: .list)
        try container.encode("own", forKey: .ownPart)
        var nested = container.nestedContainer(keyedBy: Keys.self, forKey: .nestedObject)
        var list = nested.nestedUnkeyedContainer(forKey: .list)
        try list.encode(1)
        try list.encodeNil()
        var again = list.nestedContainer(keyedBy: Keys.self)
        try again.encodeNil(forKey: .ownPart)
        var inner = list.nestedUnkeyedContainer()
        try inner.encode([true])
        var single = later.singleValueContainer()
        try single.encode(["keptKey": 1.5])
        var second = named.unkeyedContainer()
        try second.encode("late")
        var more = encoder.container(keyedBy: Keys.self)
        try more.encode("own again", forKey: .ownPart)
    }
}
