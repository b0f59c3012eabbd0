import StyleKit
import TestSupport
import Testing

@Suite struct JPEGReadingTests {
    // Goal: what a decoder warns of refuses a file only if pixels are missing.
    // Method: a baseline and a progressive file, each changed in ways that djpeg warns of and that
    // lose nothing: the pixels are those of the unchanged file.
    @Test(arguments: [false, true])
    func warningsThatLoseNothingAreNone(isProgressive: Bool) throws {
        let picture = try PaintedWorks.picture(width: 90, height: 70, seed: 3)
        let file = try HandMadeJPEG.file(picture, isProgressive: isProgressive)
        let whole = try Picture.decode(file).0
        var revised = file
        revised[11] = 2
        let scan = try #require(file.firstRange(of: [0xFF, 0xDA])).lowerBound
        let endless = Array(file.dropLast(2))
        let embedded = Array(file.prefix(300))
        var changed: [(String, [UInt8], [PictureNote])] = [
            ("JFIF 2.01", revised, []),
            ("zeros before the end", endless + [UInt8](repeating: 0, count: 7) + [0xFF, 0xD9], []),
            ("bytes before the end", endless + [1, 2, 3, 4, 5, 0xFF, 0xD9], []),
            ("bytes before a scan", Array(file[..<scan]) + [7, 7, 7] + Array(file[scan...]), []),
            ("bytes behind the end", file + [UInt8](repeating: 9, count: 40), []),
            ("no end", endless, [.missingEnd]),
            ("half an end", endless + [0xFF], [.missingEnd]),
            ("a phone's trailer", endless + Array("SEFHe\0\0\0Image_UTC_Data".utf8), [.missingEnd]),
            ("a picture behind", endless + embedded, [.missingEnd]),
            ("marks behind", endless + [0xFF, 0xC4, 0xFF, 0xFF, 0xFF, 0x02, 9], [.missingEnd]),
        ]
        if !isProgressive {
            var zeroed = file
            let numbers = scan + 2 + Int(file[scan + 3]) - 3
            for index in 0..<3 { zeroed[numbers + index] = 0 }
            changed.append(("zeroed numbers", zeroed, []))
        }
        for (name, bytes, notes) in changed {
            let survey = try PictureSurvey(of: bytes)
            #expect(survey.pixelHash == whole.pixelHash, "\(name)")
            #expect(survey.notes == notes, "\(name)")
        }
    }

    // Goal: where data is missing or wrong the file is refused.
    // Method: a file cut anywhere in its data, a progressive one between its scans too; bytes taken
    // out of its middle.
    @Test(arguments: [false, true])
    func missingDataIsRefused(isProgressive: Bool) throws {
        let picture = try PaintedWorks.picture(width: 90, height: 70, seed: 3)
        let file = try HandMadeJPEG.file(picture, isProgressive: isProgressive)
        let scan = try #require(file.firstRange(of: [0xFF, 0xDA])).lowerBound
        var cuts = Array(stride(from: scan, to: file.count - 4, by: 61))
        cuts += (scan..<(file.count - 2)).filter {
            file[$0] == 0xFF && [0xC4, 0xDA].contains(file[$0 + 1])
        }
        for cut in cuts {
            // Behind a cut another picture may follow; words would be taken for data.
            for behind in [[], [0xFF, 0xD8, 0xFF, 0xE0]] as [[UInt8]] {
                #expect(isRefused(Array(file[..<cut]) + behind), "\(cut)")
            }
        }
        let middle = (scan + file.count) / 2
        #expect(isRefused(Array(file[..<middle]) + Array(file[(middle + 200)...])))
    }

    private func isRefused(_ file: [UInt8]) -> Bool {
        do {
            _ = try Picture.decode(file)
            return false
        } catch {
            return true
        }
    }

    // Goal: a profile for other channels is left aside, and that is told.
    // Method: a grey file with a profile for three colours, and one that is no profile.
    @Test func profilesForOtherChannelsAreLeftAside() throws {
        let picture = try PaintedWorks.picture(width: 20, height: 20, seed: 3)
        let file = try HandMadeJPEG.file(picture, isGray: true)
        let whole = try Picture.decode(file).0
        for profile in [HandMadeProfile.linearColor, [1, 2, 3]] {
            let body = Array("ICC_PROFILE\0".utf8) + [1, 1] + profile
            let length = body.count + 2
            let segment = [0xFF, 0xE2, UInt8(length >> 8), UInt8(length & 255)] + body
            let bytes = Array(file.prefix(2)) + segment + Array(file.dropFirst(2))
            let survey = try PictureSurvey(of: bytes)
            #expect(survey.pixelHash == whole.pixelHash)
            #expect(survey.notes.count == 1)
        }
    }
}
