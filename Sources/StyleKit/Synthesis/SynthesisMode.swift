/// The parameters in which kinds of pictures differ: how the coarsest level is composed, what a
/// patch costs, and how patches vote.
///
/// ``PatchSynthesizer`` reads them and knows no kinds: another kind of picture is another value of
/// this type. The numbers were tuned with `Scripts/image-quality`; decisions 23 and 25 to 27 in
/// Docs/decisions give the measurements.
struct SynthesisMode {
    /// How the coarsest level is divided into cells, each filled with one fragment of a work.
    enum Cells {
        /// Rows and columns of ``LayoutRules/cellSide``.
        case grid
        /// Squares from `largest` to `smallest` pixels, smaller where the guide varies.
        case quadtree(largest: Int, smallest: Int)
    }

    /// How the fragments of the layout are chosen.
    let layout: LayoutRules
    let cells: Cells
    /// Whether each level is guided by what its patches had around them in their works; else by
    /// the guide of the sketch.
    let isGuidedByOrigin: Bool
    /// See ``PatchVoting/deviationScale``: while levels below the finest are optimised, and for the
    /// colours of the result.
    let voteDeviation: (coarse: Float?, result: Float?)
    /// See ``PatchVoting/guideScale``.
    let voteGuideScale: Float?
    /// How many eighths of a patch's colour shift are kept: in a pass below the finest level, in a
    /// pass at the finest, and in the result.
    let keptShift: (coarse: Int32, finest: Int32, result: Int32)
    /// The number of passes at the end that only reduce seams.
    let seamReductionPasses: Int
    /// What a candidate costs, by level; 0 is the coarsest.
    let weights: (_ level: Int) -> PatchSearch.Weights

    /// A picture from the works alone.
    ///
    /// - Parameter works: The number of works that are used.
    static func remix(_ settings: GenerationSettings, works: Int) -> SynthesisMode {
        SynthesisMode(
            layout: LayoutRules(
                heightWeight: settings.isTile ? 0 : 3_000,
                largestShare: max(settings.largestShare, 1.5 / Double(max(1, works))),
                largestFragment: settings.largestFragment, reusedPart: 0.2,
                salientRegions: settings.isTile ? 0 : 1,
                cellSide: 26 - 12 * settings.originality / 100),
            cells: .grid, isGuidedByOrigin: true, voteDeviation: (nil, nil), voteGuideScale: nil,
            // The finished picture keeps the works' very colours.
            keptShift: (coarse: 6, finest: 3, result: 1), seamReductionPasses: 2,
            // The surroundings of a patch stay as the layout chose them.
            weights: { level in
                PatchSearch.Weights(
                    guide: guideWeight(level), height: settings.isTile ? 0 : 20, usage: 800,
                    seam: 3_000)
            })
    }

    /// A picture after a sketch: the sketch's colours lead, and any work may serve any part.
    static func sketch(_ settings: GenerationSettings) -> SynthesisMode {
        SynthesisMode(
            layout: LayoutRules(
                guideWeight: 6, heightWeight: settings.isTile ? 0 : 3_000,
                largestFragment: settings.largestFragment / 2, reusedPart: 0.4, tolerance: 0.05,
                seamNoise: 14, overlapWeight: 3, overlap: 50),
            cells: .quadtree(largest: 40, smallest: 6), isGuidedByOrigin: false,
            voteDeviation: (coarse: 1_000, result: 2_000), voteGuideScale: 150,
            keptShift: (coarse: 6, finest: 6, result: 6), seamReductionPasses: 0,
            weights: { level in
                PatchSearch.Weights(
                    guide: guideWeight(level), height: settings.isTile ? 0 : 80, usage: 5_000,
                    seam: 7_000, guideTolerance: 400, followsGuide: true, comparesCorners: true)
            })
    }

    /// A picture after a work or another picture: its own marks and places are known.
    ///
    /// - Parameter isWork: Whether it is a work that gives marks itself.
    static func after(_ settings: GenerationSettings, isWork: Bool) -> SynthesisMode {
        SynthesisMode(
            layout: LayoutRules(
                guideWeight: 6, heightWeight: 3_000,
                largestFragment: isWork ? 1 : settings.largestFragment / 2, reusedPart: 0.4,
                tolerance: 0.05, seamNoise: 14, overlapWeight: 2, overlap: 50),
            cells: .quadtree(largest: 24, smallest: 6), isGuidedByOrigin: false,
            voteDeviation: (coarse: 1_000, result: 2_000), voteGuideScale: 150,
            // The work's own marks keep their very colours.
            keptShift: (coarse: 6, finest: isWork ? 3 : 6, result: isWork ? 2 : 6),
            seamReductionPasses: isWork ? 2 : 0,
            weights: { level in
                PatchSearch.Weights(
                    guide: guideWeight(level), height: 80, usage: 5_000, seam: 7_000,
                    guideTolerance: 200, followsGuide: true, comparesCorners: true)
            })
    }

    /// A picture of two or three works: their own drawing stays, and only what lies along the cuts
    /// is searched.
    static func composition(_ settings: GenerationSettings) -> SynthesisMode {
        SynthesisMode(
            layout: LayoutRules(), cells: .grid, isGuidedByOrigin: false,
            voteDeviation: (coarse: 1_000, result: 2_000), voteGuideScale: 150,
            keptShift: (coarse: 6, finest: 6, result: 6), seamReductionPasses: 2,
            weights: { level in
                PatchSearch.Weights(
                    guide: guideWeight(level), height: 80, usage: 5_000, seam: 7_000,
                    guideTolerance: 200, followsGuide: true, comparesCorners: true)
            })
    }

    /// Two units for each of a patch's 49 pixels at the coarsest level, × 0.7 a level: the finer
    /// the level, the more the pixels decide by themselves.
    private static func guideWeight(_ level: Int) -> Int32 {
        Int32(98 * (0..<level).reduce(1) { product, _ in product * 0.7 })
    }
}
