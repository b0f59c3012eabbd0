import Fingerprints
import StyleKit
import TestSupport
import Testing

@Suite struct StyleLikenessTests {
    // Goal: a work by the same hand is more like the style than another hand's, or no hand's.
    // Method: a style of six painted works; a seventh, an unlike drawing, the seventh blurred and
    // with turned colours.
    @Test func theSameHandIsMoreAlike() throws {
        let works = try PaintedWorks.works(6, width: 200, height: 160)
        let model = try StyleModel(learning: works)
        let own = try PaintedWorks.picture(width: 200, height: 160, seed: 8)
        let ownLikeness = try model.likeness(of: own)
        #expect(ownLikeness.overall > 80, "\(ownLikeness)")
        let other = try FingerprintVectors.picture(width: 200, height: 160, seed: 3)
        let unlike = try model.likeness(of: other)
        #expect(unlike.overall < ownLikeness.overall - 25, "\(unlike)")
        let blurred = try model.likeness(of: Controls.blurred(own))
        #expect(blurred.overall < ownLikeness.overall - 10, "\(blurred)")
        #expect(blurred.texture < ownLikeness.texture)
        var turned = own.pixels
        for base in stride(from: 0, to: turned.count, by: 4) {
            turned[base] = own.pixels[base + 2] / 2
            turned[base + 1] = 255 - own.pixels[base + 1] / 3
            turned[base + 2] = 255 - own.pixels[base] / 2
        }
        let recolored = try model.likeness(
            of: Picture(width: 200, height: 160, pixels: turned))
        #expect(recolored.colors < 50, "\(recolored)")
    }

    // Goal: what the model learned from is like it.
    // Method: each of its works.
    @Test func ownWorksAreAlike() throws {
        let works = try PaintedWorks.works(5, width: 160, height: 120)
        let model = try StyleModel(learning: works)
        for work in works {
            #expect(try model.likeness(of: work.picture).overall > 85)
        }
    }

    // Goal: small styles and pictures are judged or refused, never a crash.
    // Method: one and two works; a picture one pixel too small.
    @Test func smallOnesAreSafe() throws {
        let model = try StyleModel(learning: PaintedWorks.works(1, width: 64, height: 64))
        let picture = try PaintedWorks.picture(width: 64, height: 64, seed: 1)
        #expect(try model.likeness(of: picture).overall > 50)
        let small = try PaintedWorks.picture(width: 63, height: 64, seed: 1)
        #expect(throws: StyleError.workTooSmall(width: 63, height: 64, limit: 64)) {
            try model.likeness(of: small)
        }
    }
}
