import Foundation
import SignedObjects
import SystemSupport
import Testing
import TestSupport

@Suite struct EncodingTests {
    // Goal: base64url and hexadecimal give back every byte string, and take one spelling only.
    @Test(arguments: SeededGenerator.seeds(3))
    func textFormsRoundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for count in 0..<70 {
            let bytes = generator.bytes(count)
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes, "seed \(seed)")
            #expect(Hexadecimal.decode(Hexadecimal.encode(bytes)) == bytes, "seed \(seed)")
        }
        for text in ["A", "AB=", "AB==", "A+", "A/", "AB ", "é", "/w", "AAB"] {
            #expect(Base64URL.decode(text) == nil, "\(text)")
        }
        for text in ["0", "0G", "0A", "zz", "0x", " 0"] { #expect(Hexadecimal.decode(text) == nil) }
    }

    // Goal: base64url is what RFC 4648 says, and no bytes have two spellings.
    // Method: Foundation's base64 in the other alphabet, for every length to 300; every text of two
    // and three digits, where the last digit has bits to spare.
    @Test func base64IsTheOneOfTheStandard() {
        var generator = SeededGenerator(seed: 1)
        for count in 0...300 {
            let bytes = generator.bytes(count)
            let standard = Data(bytes).base64EncodedString().replacing("+", with: "-")
                .replacing("/", with: "_").replacing("=", with: "")
            #expect(Base64URL.encode(bytes) == standard)
            #expect(Base64URL.decode(standard.dropFirst(0)) == bytes)
        }
        let digits = (UInt8(0)...255).filter {
            Base64URL.decode("AAA" + String(UnicodeScalar($0))) != nil
        }.map { String(UnicodeScalar($0)) }
        #expect(digits.count == 64)
        for first in digits {
            for second in digits {
                for text in [first + second, "A" + first + second] {
                    let known = Base64URL.decode(text).map { Base64URL.encode($0) }
                    // The last four bits of a second digit are zero, the last two of a third.
                    let lasts = text.count == 2 ? "AQgw" : "AEIMQUYcgkosw048"
                    #expect(known == (lasts.contains(second) ? text : nil), "\(text)")
                }
            }
        }
    }

    // Goal: identifiers are of one length, and their JSON is their text.
    @Test func identifiersAreOfOneLength() throws {
        let text = String(repeating: "0f", count: 16)
        let id = try #require(DeviceID(hex: text))
        #expect(id.description == text)
        #expect(DeviceID(hex: text + "00") == nil)
        #expect(DeviceID(hex: String(text.dropLast(2))) == nil)
        #expect(DeviceID(hex: text.uppercased()) == nil)
        let json = try CanonicalJSON.encoder.encode([id])
        #expect(String(decoding: json, as: UTF8.self) == "[\"\(text)\"]")
        #expect(try CanonicalJSON.decode([DeviceID].self, from: json) == [id])
    }

    // Goal: a member without a value has one spelling, to be left out.
    // Method: `null` in every place, and the same letters in texts and names.
    @Test func nullIsRefused() throws {
        struct Value: Codable, Equatable {
            var name: String?
            var list: [String]?
        }
        func decode(_ text: String) throws -> Value {
            try CanonicalJSON.decode(from: Data(text.utf8))
        }
        for text in [
            "null", #"{"name":null}"#, #"{"list":[null]}"#, #"{"unknown":null}"#,
            #"{"name":"a\","list":null}"#, #"{"name":""","list" : null }"#,
        ] { #expect(throws: DecodingError.self, "\(text)") { try decode(text) } }
        #expect(try decode("{}") == Value())
        #expect(
            try decode(#"{"name":"null","list":["\"null"]}"#)
                == Value(name: "null", list: ["\"null"]))
        #expect(try decode(#"{"null":true,"name":"n\\"}"#) == Value(name: "n\\"))
    }

    // Goal: no millisecond is lost on the way to text and back.
    @Test func everyMillisecondRoundTrips() {
        for milliseconds in Int64(1_769_851_800_000)...1_769_851_802_000 {
            let time = UnixTime(milliseconds: milliseconds)
            #expect(UnixTime(rfc3339: time.rfc3339) == time)
        }
    }

    // Goal: times are read within the years 1970 to 9999 and written as RFC 3339.
    @Test func timesHaveBounds() throws {
        let time = UnixTime(milliseconds: 1_769_851_800_250)
        #expect(time.rfc3339 == "2026-01-31T09:30:00.250Z")
        #expect(UnixTime(rfc3339: "2026-01-31T09:30:00.250Z") == time)
        #expect(UnixTime(rfc3339: "2026-01-31T10:30:00+01:00")?.milliseconds == 1_769_851_800_000)
        #expect(UnixTime(rfc3339: "yesterday") == nil)
        func decode(_ text: String) throws -> [UnixTime] {
            try CanonicalJSON.decode([UnixTime].self, from: Data(text.utf8))
        }
        #expect(try decode("[253402300799999]") == [UnixTime.latest])
        #expect(throws: DecodingError.self) { try decode("[253402300800000]") }
        #expect(throws: DecodingError.self) { try decode("[-1]") }
    }

    // Goal: a day or time that no calendar and no clock has is refused, not another one.
    // Method: one such in each field; the last and first that there are; every day of 400 years.
    @Test func impossibleMomentsAreRefused() {
        for text in [
            "2027-02-30T00:00:00Z", "2027-02-29T00:00:00Z", "2027-06-31T00:00:00Z",
            "2027-00-10T00:00:00Z", "2027-13-01T00:00:00Z", "2027-01-00T00:00:00Z",
            "2100-02-29T00:00:00Z", "2027-01-01T24:00:00Z", "2027-01-01T00:60:00Z",
            "2027-01-01T00:00:60Z", "2027-01-01T00:00:00", "2027-01-01T00:00:00+24:00",
            "2027-01-01T00:00:00+01:60", "2027-01-01T00:00:00.Z", "2027-01-01T00:00:00Zx",
            "2027-1-1T00:00:00Z", "1969-12-31T23:59:59Z", "27-01-01T00:00:00Z", "",
            "+027-01-01T00:00:00Z", "2027-01-01T00:00:00+1:00", "2027-01-01 00:00:00Z",
        ] {
            #expect(UnixTime(rfc3339: text) == nil, "\(text)")
        }
        #expect(UnixTime(rfc3339: "1970-01-01T00:00:00Z")?.milliseconds == 0)
        #expect(UnixTime(rfc3339: "9999-12-31T23:59:59.999Z") == UnixTime.latest)
        #expect(UnixTime(rfc3339: "2028-02-29T23:59:59Z") != nil)
        for day in Int64(0)..<400 * 366 {
            let time = UnixTime(milliseconds: day * 86_400_000 + 3_723_004)
            guard UnixTime(rfc3339: time.rfc3339) != time else { continue }
            Issue.record("\(time.rfc3339)")
            return
        }
    }
}
