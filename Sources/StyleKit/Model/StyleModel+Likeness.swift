extension StyleModel {
    /// The patches of all works together that a picture is compared with, at most about.
    private static let patchesOfAll = 12_000
    /// The patches that look for their nearest, of each side.
    private static let patches = 400
    /// How many works, spread over all, are compared with the others to learn what is usual.
    private static let judges = 24

    /// How like a picture is to this style.
    ///
    /// A picture that the model learned from is judged like any other: it comes out at or near 100.
    ///
    /// - Parameter picture: Any picture of at least ``Limits/workSide`` pixels a side.
    /// - Throws: ``StyleError/workTooSmall(width:height:limit:)``.
    public func likeness(of picture: Picture) throws(StyleError) -> StyleLikeness {
        guard min(picture.width, picture.height) >= Limits.workSide else {
            throw .workTooSmall(
                width: picture.width, height: picture.height, limit: Limits.workSide)
        }
        return try comparison().likeness(of: picture)
    }

    /// What the model is compared by; make it once to compare several pictures.
    package func comparison() throws(StyleError) -> StyleComparison {
        var traits = PatchTraits()
        let share = max(8, Self.patchesOfAll / max(4, works.count))
        for work in works { traits.add(try canvas(of: work), atMost: share) }
        let step = max(1, works.count / Self.judges)
        let own = stride(from: 0, to: works.count, by: step).map { index in
            let others = works.indices.filter { $0 != index }.map { works[$0].measures }
            let marks = StyleGaps.marks(
                of: traits.part(index), from: traits, leavingOut: index, atMost: Self.patches)
            return StyleGaps(
                of: works[index].measures, from: WorkMeasures(sum: others), marks: marks)
        }
        return StyleComparison(
            measures: WorkMeasures(sum: works.map(\.measures)), traits: traits,
            own: works.count < 3 ? [] : own, patchesOfWork: share,
            patches: Self.patches)
    }
}
