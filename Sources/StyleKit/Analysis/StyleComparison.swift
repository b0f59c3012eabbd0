/// A style made ready to compare pictures with.
package struct StyleComparison {
    let measures: WorkMeasures
    let traits: PatchTraits
    let own: [StyleGaps]
    /// The patches taken of each work, so of the picture.
    let patchesOfWork: Int
    let patches: Int

    /// How like a picture of at least 64 pixels a side is to the style.
    package func likeness(of picture: Picture) -> StyleLikeness {
        let canvas = Canvas(picture)
        var marks = PatchTraits()
        marks.add(canvas, atMost: patchesOfWork)
        let gaps = StyleGaps(
            of: WorkMeter.measure(canvas), from: measures,
            marks: StyleGaps.marks(of: marks, from: traits, leavingOut: nil, atMost: patches))
        return StyleLikeness(gaps: gaps, own: own)
    }
}
