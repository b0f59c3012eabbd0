extension StyleModel {
    /// Draws what the model knows as one sheet: palette, lines, edges, texture, light, and the
    /// most typical pieces of the works.
    ///
    /// - Parameter title: Stands over it, such as the model's name; cut where it is too long.
    /// - Returns: 1,600 × 1,160 pixels, opaque.
    /// - Throws: ``StyleError`` if the model's pixels cannot be read.
    public func chart(title: String) throws(StyleError) -> Picture {
        let pieces = try TypicalPieces.find(count: 10, works: works.count) {
            index throws(StyleError) in try canvas(of: works[index])
        }
        var chart = StyleChart(analysis: analysis, workCount: works.count, pieces: pieces)
        return chart.drawn(title: title)
    }
}
