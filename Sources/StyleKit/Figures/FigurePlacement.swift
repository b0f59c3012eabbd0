/// How donors are laid into the frame.
enum FigurePlacement {
    /// A body as it is, with its neck in the frame's place.
    static func body(
        _ work: FigureWork, raster: FigureRaster, field: FigureField,
        executor: RowParallelExecutor
    ) -> FigureLayer {
        let scale = work.scale
        let map = Similarity(
            center: FigureField.neckPit, to: work.points.neckPit, scale: 1 / scale)
        return FigureLayer(
            work, raster: raster, isMirrored: false, field: field, map: map,
            points: work.points.mapped { ($0 - work.points.neckPit) * scale + FigureField.neckPit },
            headSize: work.headSize * scale, executor: executor)
    }

    /// A head on a body: as large as suits both and the set, the chin where both would have it.
    ///
    /// - Parameters:
    ///   - medianSize: Of the heads of the set, in units.
    ///   - field: The raster, if it is not the base's.
    static func head(
        _ work: FigureWork, raster: FigureRaster, isMirrored: Bool, on base: FigureLayer,
        medianSize: Double, field: FigureField? = nil, executor: RowParallelExecutor
    ) -> FigureLayer {
        let points = work.points(isMirrored: isMirrored)
        let size = 0.4 * base.headSize + 0.15 * work.headSize * work.scale + 0.45 * medianSize
        let scale = size / work.headSize
        let wanted = (base.points.chin - base.points.neckPit) / base.headSize
        let own = (points.chin - points.neckPit) / work.headSize
        let chin = base.points.neckPit + (0.6 * wanted + 0.4 * own) * size
        let map = Similarity(center: chin, to: points.chin, scale: 1 / scale)
        return FigureLayer(
            work, raster: raster, isMirrored: isMirrored, field: field ?? base.field, map: map,
            points: points.mapped { ($0 - points.chin) * scale + chin }, headSize: size,
            executor: executor)
    }

    /// A body bent so that its neck, shoulders and waist are where the base has them.
    ///
    /// - Returns: nil beyond the stretch at which a drawing looks bent.
    static func bent(
        _ work: FigureWork, raster: FigureRaster, isMirrored: Bool, onto base: FigureLayer,
        stiffness: Double, executor: RowParallelExecutor
    ) -> FigureLayer? {
        let map = ThinPlateSpline(
            from: base.points.body, to: work.points(isMirrored: isMirrored).body,
            stiffness: stiffness)
        let stretch = map.stretch(
            columns: stride(from: 150, to: 360, by: 30), rows: stride(from: 190, to: 420, by: 30))
        guard stretch <= Self.greatestStretch else { return nil }
        return FigureLayer(
            work, raster: raster, isMirrored: isMirrored, field: base.field, map: map,
            points: base.points, headSize: base.headSize, executor: executor)
    }

    /// Of areas, as a logarithm.
    private static let greatestStretch = 1.2
}
