import TestSupport
import Testing

/// What we read is what an independent program reads.
@Suite struct PictureOracleTests {
    // Goal: every kind of PNG, JPEG and WebP reads as PIL reads it: depths, palettes, grey, alpha,
    // interlacing, inks with and without Adobe's marker, colour profiles, orientation.
    // Method: 87 files of seeded contents; the largest difference in any channel of a pixel that
    // shows is at most the kind's tolerance: 0 without loss, 1 with a profile, 2 for JPEG. PIL
    // reads no 16-bit colour and no colours by number: there the oracle computes from the samples.
    @Test(arguments: SeededGenerator.seeds(3))
    func everyKindReadsAsPILReadsIt(seed: UInt64) throws {
        try PictureOracle(nil, by: "picture-oracle", seed: seed, files: 87).check()
    }
}
