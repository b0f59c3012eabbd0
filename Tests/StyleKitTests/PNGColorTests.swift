import StyleKit
import TestSupport
import Testing

@Suite struct PNGColorTests {
    private static let linear = [UInt8]([0, 1, 0x86, 0xA0])

    // Goal: a profile for other channels than the file's is left aside, as if it were not there.
    // Method: a colour profile in grey files and a grey one in a coloured file; the pixels are the
    // samples, and it is told. The right ones are applied.
    @Test(arguments: [UInt8(8), 16])
    func profilesForOtherChannelsAreLeftAside(depth: UInt8) throws {
        let bytes = Int(depth) / 8
        let gray = [UInt8](repeating: 100, count: bytes)
        let color = [UInt8](repeating: 100, count: 3 * bytes)
        let cases: [(UInt8, [UInt8], [UInt8], Bool)] = [
            (0, gray, HandMadeProfile.linearColor, true),
            (4, gray + gray, HandMadeProfile.linearColor, true),
            (2, color, HandMadeProfile.linearGray, true),
            (0, gray, HandMadeProfile.linearGray, false),
            (2, color, HandMadeProfile.linearColor, false),
        ]
        for (kind, row, profile, isForeign) in cases {
            let file = HandMadePNG.file(
                width: 1, height: 1, depth: depth, kind: kind, rows: [row],
                extra: [("iCCP", HandMadePNG.packed(profile))])
            let survey = try PictureSurvey(of: file)
            #expect(survey.notes.count == (isForeign ? 1 : 0), "kind \(kind)")
            let level = try Picture.decode(file).0.pixels[0]
            #expect(isForeign ? level == 100 : level > 160, "kind \(kind): \(level)")
        }
    }

    // Goal: of what a file says about its colours the first that can be used counts.
    // Method: chunks that make a grey of 100 darker, lighter or leave it, in every order of rank.
    @Test func theOrderIsThatOfTheStandard() throws {
        let profile = ("iCCP", HandMadePNG.packed(HandMadeProfile.linearColor))
        let cases: [([(String, [UInt8])], Int)] = [
            ([("gAMA", Self.linear)], 168), ([("gAMA", Self.linear), ("sRGB", [0])], 100),
            ([profile, ("sRGB", [0])], 168),
            ([profile, ("cICP", [1, 13, 0, 1])], 100),
            ([("cICP", [1, 8, 0, 1]), ("sRGB", [0])], 168),
            (
                [("iCCP", HandMadePNG.packed(HandMadeProfile.linearGray)), ("gAMA", Self.linear)],
                168
            ),
            ([("cICP", [2, 2, 0, 1]), profile], 168),
        ]
        for (chunks, level) in cases {
            let file = HandMadePNG.file(
                width: 1, height: 1, depth: 8, kind: 2, rows: [[100, 100, 100]], extra: chunks)
            let seen = Int(try Picture.decode(file).0.pixels[0])
            #expect(abs(seen - level) <= 1, "\(chunks.map(\.0)): \(seen)")
        }
    }

    // Goal: colours that sRGB cannot hold, or that would come out wrong, refuse the file and say
    // why; numbers that say nothing are left aside, and that is told.
    // Method: HDR, cinema's and narrow range; reserved numbers and a chunk of another length.
    @Test func otherColorsAreRefused() throws {
        func file(_ chunk: [UInt8], kind: UInt8 = 2) -> [UInt8] {
            HandMadePNG.file(
                width: 1, height: 1, depth: 8, kind: kind,
                rows: [[UInt8](repeating: 100, count: kind == 2 ? 3 : 1)],
                extra: [("cICP", chunk)])
        }
        for chunk: [UInt8] in [
            [9, 16, 0, 1], [9, 18, 0, 1], [1, 1, 0, 0], [10, 13, 0, 1], [12, 17, 0, 1],
        ] {
            for kind: UInt8 in [0, 2] {
                let error = try #require(throws: PictureError.self) {
                    try Picture.decode(file(chunk, kind: kind))
                }
                guard case .unsupported = error else {
                    Issue.record("\(chunk): \(error)")
                    continue
                }
            }
        }
        for chunk: [UInt8] in [
            [2, 2, 0, 1], [3, 13, 0, 1], [1, 13, 1, 1], [1, 13, 0], [1, 13, 0, 2],
        ] {
            let survey = try PictureSurvey(of: file(chunk))
            #expect(survey.notes.count == 1, "\(chunk)")
            #expect(try Picture.decode(file(chunk)).0.pixels == [100, 100, 100, 255])
        }
    }
}
