/// Salient regions are placed first and stay whole: areas that the artist marked, then windows with
/// much detail inside and little around, such as a head before a sky.
extension Layout {
    /// Attempts to find a free place.
    private static let tries = 200
    /// Pixels for each salient region: 85 × 64, the coarsest level of a picture of 4 : 3.
    private static let pixelsPerRegion = 5_440
    /// The part of a salient region's side, from each edge, that later fragments may cover.
    private static let softEdge = 0.3
    /// A salient region is chosen at random from this part of the best candidates.
    private static let bestPart = 0.05

    /// Places marked areas, then salient windows, where they overlap none before.
    func placeSalientRegions() {
        guard rules.salientRegions > 0 else { return }
        let wanted = max(1, rules.salientRegions * width * height / Self.pixelsPerRegion)
        var taken: [PixelArea] = []
        for region in keptRegions().prefix(wanted + 1) {
            guard let spot = spot(for: region, besides: taken) else { continue }
            placeKept(region, at: spot)
            taken.append(spot)
        }
        for attempt in 0..<Self.tries where taken.count < wanted {
            let size = PyramidPlan.Size(
                width: 18 + random.below(12, .salientWidth, attempt),
                height: 20 + random.below(12, .salientHeight, attempt))
            guard size.width < width, size.height < height else { continue }
            let spot = PixelArea(
                x: random.below(width - size.width + 1, .salientColumn, attempt),
                y: random.below(height - size.height + 1, .salientRow, attempt), width: size.width,
                height: size.height)
            guard !taken.contains(where: spot.meets) else { continue }
            if placeSalient(at: spot, index: attempt) { taken.append(spot) }
        }
    }

    /// An area to keep whole, with a margin around it, in its work.
    private struct KeptRegion {
        let position: SourcePosition
        let size: PyramidPlan.Size
        let kept: PixelArea
    }

    /// The areas to keep whole that fit, in random order.
    private func keptRegions() -> [KeptRegion] {
        var list: [(key: UInt64, region: KeptRegion)] = []
        for work in 0..<source.areas.count {
            let area = source.areas[work]
            for (number, kept) in source.keptWhole[work].enumerated() {
                let margin = max(2, max(kept.width, kept.height) / 5)
                let left = max(0, kept.x - margin)
                let top = max(0, kept.y - margin)
                let right = min(area.width, kept.x + kept.width + margin)
                let bottom = min(area.height, kept.y + kept.height + margin)
                let isMirrored = random.bits(.keptMirror, work, number) & 1 == 1
                let position = SourcePosition(work: work, isMirrored: isMirrored, x: left, y: top)
                let inside = kept.x - left
                let region = KeptRegion(
                    position: position, size: .init(width: right - left, height: bottom - top),
                    kept: PixelArea(
                        x: isMirrored ? right - left - inside - kept.width : inside,
                        y: kept.y - top, width: kept.width, height: kept.height))
                let isSmall = max(kept.width, kept.height) * 3 <= min(width, height)
                let window = PixelArea(x: left, y: top, width: right - left, height: bottom - top)
                let isClear = !source.avoided[work].contains(where: window.meets)
                let others = source.keptWhole[work].filter { $0 != kept }
                guard isSmall, isClear, !others.contains(where: window.meets) else { continue }
                list.append((random.bits(.keptOrder, work, number), region))
            }
        }
        return list.sorted { $0.key < $1.key }.map(\.region)
    }

    private func spot(for region: KeptRegion, besides taken: [PixelArea]) -> PixelArea? {
        let size = region.size
        guard size.width <= width, size.height <= height else { return nil }
        let inWork =
            Int(region.position.y) * (height - size.height)
            / max(1, source.areas[Int(region.position.work)].height - size.height)
        for attempt in 0..<Self.tries {
            let wander = random.below(height / 3 + 1, .keptRow, taken.count, attempt) - height / 6
            let spot = PixelArea(
                x: random.below(width - size.width + 1, .keptColumn, taken.count, attempt),
                y: min(max(0, inWork + wander), height - size.height), width: size.width,
                height: size.height)
            if !taken.contains(where: spot.meets) { return spot }
        }
        return nil
    }

    private func placeKept(_ region: KeptRegion, at spot: PixelArea) {
        place(region.position, in: LayoutCell(spot))
        lock(
            PixelArea(
                x: spot.x + region.kept.x, y: spot.y + region.kept.y, width: region.kept.width,
                height: region.kept.height))
    }

    /// Places one of the most salient windows; false if none may be used.
    private func placeSalient(at spot: PixelArea, index: Int) -> Bool {
        let window = LayoutCell(spot)
        let list = candidates { number in salientCandidate(number, for: window, index: index) }
        let order = (0..<rules.candidates).filter { list[$0].cost < .infinity }
            .sorted { (list[$0].cost, $0) < (list[$1].cost, $1) }
        guard !order.isEmpty else { return false }
        let best = max(1, Int(Double(order.count) * Self.bestPart))
        place(list[order[random.below(best, .salientChoice, index)]].position, in: window)
        let edgeX = Int(Double(spot.width) * Self.softEdge)
        let edgeY = Int(Double(spot.height) * Self.softEdge)
        lock(
            PixelArea(
                x: spot.x + edgeX, y: spot.y + edgeY, width: spot.width - 2 * edgeX,
                height: spot.height - 2 * edgeY))
        return true
    }

    private func lock(_ area: PixelArea) {
        for y in area.y..<(area.y + area.height) {
            for x in area.x..<(area.x + area.width) { isLocked.pointer[at(x, y)] = true }
        }
    }

    /// The cost is low where there is much detail inside and little at the left, right and upper
    /// border.
    private func salientCandidate(_ number: Int, for window: LayoutCell, index: Int) -> Candidate {
        guard let position = position(random.bits(.salientCandidates, index, number), for: window),
            isAllowed(position, window), isWithinShareLimit(position, window),
            reusedPart(position, window) < 0.1
        else { return .none }
        let area = source.areas.pointer[Int(position.work)]
        var inside = 0
        var edge = 0
        var edgeCount = 0
        for y in 0..<window.height {
            let row = area.base &+ (Int(position.y) &+ y) &* area.width &+ Int(position.x)
            for x in 0..<window.width {
                let detail = detail(row &+ x)
                if x < 3 || y < 3 || x >= window.width - 3 {
                    edge += detail
                    edgeCount += 1
                } else if y < window.height - 3 {
                    inside += detail
                }
            }
        }
        let insideCount = max(1, (window.width - 6) * (window.height - 6))
        let gap = heightGap(position, window)
        return Candidate(
            position: position,
            cost: Float(edge) / Float(edgeCount) - Float(inside) / Float(insideCount)
                + gap * gap * 100)
    }
}
