/// All 7 × 7 patches of some works, searched exactly: nothing is taken from the drawing's own
/// search, so that it is measured and not believed.
struct PatchLibrary {
    static let side = 7

    /// Where a patch lies.
    struct Place: Equatable {
        var work: Int
        var isMirrored: Bool
        var x: Int
        var y: Int
    }

    /// Means and slopes: products with an orthonormal basis, so that their distance is never more
    /// than the patches' own.
    private typealias Outline = SIMD8<Int16>

    private let works: [LabPicture]
    private let outlines: [Outline]
    private let places: [(work: Int32, x: Int16, y: Int16)]

    init(_ works: [LabPicture]) {
        self.works = works
        var outlines: [Outline] = []
        var places: [(work: Int32, x: Int16, y: Int16)] = []
        for (index, work) in works.enumerated() {
            for y in 0...(work.height - Self.side) {
                for x in 0...(work.width - Self.side) {
                    outlines.append(Self.outline(Patch(work, x: x, y: y)))
                    places.append((Int32(index), Int16(x), Int16(y)))
                }
            }
        }
        self.outlines = outlines
        self.places = places
    }

    /// The nearest patch, mirrored ones included, and its distance: root mean square over pixels,
    /// in units of OKLab × 100.
    func nearest(to picture: LabPicture, x: Int, y: Int) -> (place: Place, distance: Double) {
        let patch = Patch(picture, x: x, y: y)
        var best = Int.max
        var place = Place(work: 0, isMirrored: false, x: 0, y: 0)
        for isMirrored in [false, true] {
            let wanted = isMirrored ? patch.mirrored : patch
            let outline = Self.outline(wanted)
            outlines.withUnsafeBufferPointer { outlines in
                for index in outlines.indices {
                    let gap = SIMD8<Int32>(truncatingIfNeeded: outlines[index] &- outline)
                    // Rounding may make the bound a little too high.
                    guard Int((gap &* gap).wrappedSum()) - 64 < best else { continue }
                    let at = places[index]
                    let distance = wanted.distance(
                        to: works[Int(at.work)], x: Int(at.x), y: Int(at.y), below: best)
                    guard distance < best else { continue }
                    best = distance
                    place = Place(
                        work: Int(at.work), isMirrored: isMirrored, x: Int(at.x), y: Int(at.y))
                }
            }
        }
        let mean = Double(best) / Double(Self.side * Self.side)
        return (place, mean.squareRoot() / Double(LabPicture.unit))
    }

    /// Whether some patch of the works is no further away than this, if light and colour of the
    /// whole patch may be moved.
    ///
    /// - Parameters:
    ///   - distance: Root mean square over pixels, in units of OKLab × 100.
    ///   - light: The most that lightness may be moved by.
    ///   - color: The most that each of the two chroma lanes may be moved by.
    func holds(
        _ picture: LabPicture, x: Int, y: Int, within distance: Double, light: Double,
        color: Double
    ) -> Bool {
        let patch = Patch(picture, x: x, y: y)
        let reach = distance * Double(LabPicture.unit)
        let bound = Int(reach * reach * Double(Self.side * Self.side)) + 1
        let unit = Double(Self.side * LabPicture.unit)
        let (lightest, strongest) = (Int16(light * unit), Int16(color * unit))
        let most = Outline(lightest, strongest, strongest, 0, 0, 0, 0, 0)
        for wanted in [patch, patch.mirrored] {
            let outline = Self.outline(wanted)
            let isFound = outlines.withUnsafeBufferPointer { outlines in
                outlines.indices.contains { index in
                    let gap = outlines[index] &- outline
                    let moved = gap.clamped(lowerBound: 0 &- most, upperBound: most)
                    let rest = SIMD8<Int32>(truncatingIfNeeded: gap &- moved)
                    guard Int((rest &* rest).wrappedSum()) - 64 < bound else { return false }
                    let at = places[index]
                    let shift = SIMD4<Int16>(moved[0], moved[1], moved[2], 0) / 7
                    return wanted.distance(
                        to: works[Int(at.work)], x: Int(at.x), y: Int(at.y), movedBy: shift,
                        below: bound) < bound
                }
            }
            if isFound { return true }
        }
        return false
    }

    /// Whether all pixels of a patch are as good as equal.
    static func isPlain(_ picture: LabPicture, x: Int, y: Int) -> Bool {
        let pixels = Patch(picture, x: x, y: y).pixels
        let bound = Int16(LabPicture.unit)
        return pixels.allSatisfy { pixel in
            let gap = pixel &- pixels[0]
            return max(abs(gap.x), abs(gap.y), abs(gap.z)) <= bound
        }
    }

    private static func outline(_ patch: Patch) -> Outline {
        var sums = SIMD4<Int32>()
        var across: Int32 = 0
        var down: Int32 = 0
        var chromaAcross: Int32 = 0
        var chromaDown: Int32 = 0
        for y in 0..<side {
            for x in 0..<side {
                let pixel = SIMD4<Int32>(truncatingIfNeeded: patch.pixels[y * side + x])
                sums &+= pixel
                across &+= pixel.x &* Int32(x - 3)
                down &+= pixel.x &* Int32(y - 3)
                chromaAcross &+= pixel.z &* Int32(x - 3)
                chromaDown &+= pixel.z &* Int32(y - 3)
            }
        }
        // The norms are 7 for means and 14 for slopes.
        return Outline(
            Int16(sums.x / 7), Int16(sums.y / 7), Int16(sums.z / 7), Int16(across / 14),
            Int16(down / 14), Int16(chromaAcross / 14), Int16(chromaDown / 14), 0)
    }
}

/// One patch, taken out of its picture.
private struct Patch {
    var pixels: [SIMD4<Int16>]

    init(_ picture: LabPicture, x: Int, y: Int) {
        pixels = []
        pixels.reserveCapacity(PatchLibrary.side * PatchLibrary.side)
        for row in 0..<PatchLibrary.side {
            let start = (y + row) * picture.width + x
            pixels.append(contentsOf: picture.pixels[start..<(start + PatchLibrary.side)])
        }
    }

    var mirrored: Patch {
        var patch = self
        for row in 0..<PatchLibrary.side {
            for x in 0..<PatchLibrary.side {
                patch.pixels[row * PatchLibrary.side + x] =
                    pixels[row * PatchLibrary.side + PatchLibrary.side - 1 - x]
            }
        }
        return patch
    }

    func distance(
        to picture: LabPicture, x: Int, y: Int, movedBy shift: SIMD4<Int16> = .zero,
        below bound: Int
    ) -> Int {
        var sum = 0
        pixels.withUnsafeBufferPointer { own in
            picture.pixels.withUnsafeBufferPointer { theirs in
                var row = 0
                while row < PatchLibrary.side, sum < bound {
                    let start = (y + row) * picture.width + x
                    for column in 0..<PatchLibrary.side {
                        let gap = SIMD4<Int32>(
                            truncatingIfNeeded: own[row * PatchLibrary.side + column]
                                &+ shift &- theirs[start + column])
                        sum += Int((gap &* gap).wrappedSum())
                    }
                    row += 1
                }
            }
        }
        return sum
    }
}
