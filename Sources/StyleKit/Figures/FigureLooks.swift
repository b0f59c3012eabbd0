/// What changes how a figure looks beyond its parts: another face, hair or cloth of other colours.
struct FigureLooks {
    private enum Part {
        static let face = 75
        static let hair = 50
        static let cloth = 40
    }

    let set: FigureSet
    let random: CounterRandom
    let executor: RowParallelExecutor

    /// A work whose face fits the head, found at half the frame's size.
    func face(for choice: FigureChoice) -> (work: Int, isMirrored: Bool)? {
        let headWork = set.works[choice.head]
        let yaw = headWork.yaw(isMirrored: choice.isHeadMirrored)
        guard random.percent(Part.face, .hasFace), abs(yaw) <= FaceSwap.greatestYaw,
            let base = choice.layers[1], let placed = choice.layers[0]
        else { return nil }
        let size = placed.headSize
        let field = FigureField(
            width: Int(3.2 * size / 2), height: Int(2.9 * size / 2), step: 2,
            origin: placed.points.betweenEyes - SIMD2(1.6 * size, 1.3 * size))
        let head = FigurePlacement.head(
            headWork, raster: headWork.small, isMirrored: choice.isHeadMirrored, on: base,
            medianSize: set.medianHeadSize, field: field, executor: executor)
        var options: [(work: Int, isMirrored: Bool)] = []
        for (index, work) in set.works.enumerated() where index != choice.head {
            for isMirrored in [false, true]
            where abs(work.yaw(isMirrored: isMirrored) - yaw) <= FaceSwap.greatestTurn
                && work.skinDifference(headWork) <= 9
            {
                options.append((index, isMirrored))
            }
        }
        var scores = [Double](repeating: .infinity, count: options.count)
        scores.withUnsafeMutableBufferPointer { buffer in
            nonisolated(unsafe) let slots = buffer
            executor.each(options.count) { index in
                let (number, isMirrored) = options[index]
                let swap = FaceSwap(
                    head, donor: set.works[number], raster: set.works[number].small,
                    isMirrored: isMirrored, executor: RowParallelExecutor(threads: 1))
                if let swap { slots[index] = swap.score + (isMirrored ? 6 : 0) }
            }
        }
        let fitting = options.indices.filter { scores[$0] < FaceSwap.greatestScore }
            .sorted { (scores[$0], $0) < (scores[$1], $1) }
        guard !fitting.isEmpty else { return nil }
        return options[fitting[random.below(min(4, fitting.count), .face)]]
    }

    /// The hair of another work, where it differs in colour.
    func hair(for head: FigureWork) -> SIMD3<Float>? {
        guard random.percent(Part.hair, .hasHair) else { return nil }
        let other = set.works[random.below(set.works.count, .hair)].hair
        let gap = other - head.hair
        guard abs(gap.y) + abs(gap.z) >= 4, FigureLayer.chroma(head.hair) >= 2.5,
            Self.isHair(head.hair), Self.isHair(other)
        else { return nil }
        return other
    }

    /// Whether it is a colour of hair, from black over brown and red to fair, and not of a hat.
    private static func isHair(_ color: SIMD3<Float>) -> Bool {
        color.y > -1.5 && color.z > 0.5 && color.z > color.y * 0.5
            && FigureLayer.chroma(color) < 12
    }

    /// A colour of the base's cloth, and the colour of another work's that it takes.
    func cloth(
        of choice: FigureChoice, colors: Int?
    ) -> (from: SIMD3<Float>, to: SIMD3<Float>)? {
        guard colors != nil || set.isOneCharacter || random.percent(Part.cloth, .hasCloth) else {
            return nil
        }
        let other = colors ?? random.below(set.works.count, .cloth)
        let own = set.works[choice.base].cloths.first {
            FigureLayer.chroma($0.color) > 3 && $0.share > 0.15
        }
        let wanted = set.works[other].cloths.first {
            FigureLayer.chroma($0.color) > 4 && $0.share > 0.15
        }
        guard let own, let wanted else { return nil }
        return (own.color, wanted.color)
    }
}
