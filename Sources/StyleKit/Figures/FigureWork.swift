import Fingerprints

/// A marked work as a donor of figures: its points, its measures and, on demand, its pixels.
final class FigureWork {
    /// A cloth's colour and its part of all cloth, 0 to 1.
    typealias Cloth = (share: Float, color: SIMD3<Float>)

    /// The work's index in the model.
    let entry: Int
    let width: Int
    let height: Int
    let points: FigurePoints
    /// Which way the head looks, -1 to 1; positive to the right of the picture.
    let yaw: Double
    /// The size of the head in pixels of the work: from the eyes to the chin, tempered by the
    /// distance of the eyes.
    let headSize: Double
    /// Units of the frame for a pixel.
    let scale: Double
    /// The pixels at the size for searching.
    let small: FigureRaster
    /// The colour of the face, OKLab × 100.
    let skin: SIMD3<Float>
    let hair: SIMD3<Float>
    let cloths: [Cloth]
    let heldCount: Int
    /// Of the work on paper.
    let fingerprint: Fingerprint

    init?(_ work: StyleModel.WorkEntry, entry: Int, marks: FigureMarks, canvas: Canvas) {
        self.entry = entry
        width = canvas.width
        height = canvas.height
        let place = FigureMarkPlaces(marks, width: canvas.width, height: canvas.height)
        points = place.points
        yaw = Double(marks.yaw) / 100
        headSize = Self.headSize(points, yaw: yaw)
        let shoulders = FigurePoints.length(points.rightShoulder - points.leftShoulder)
        let trunk = FigurePoints.length(points.waist - points.neckPit)
        scale = FigureField.build / max(1, (shoulders + trunk) / 2)
        let mips = Mipmap(canvas)
        let wanted = 0.8 * scale / FigureField.search.step * Double(canvas.width)
        let level = mips.levels.last { Double($0.width) >= wanted } ?? canvas
        small = FigureRaster(level, place)
        guard small.hasClearSurroundings else { return nil }
        heldCount = place.held.count
        fingerprint = level.onWhite.picture.fingerprintReading().fingerprint
        skin = small.skin(points: points)
        hair = small.hair(points: points, headSize: headSize)
        cloths = small.cloths(skin: skin)
    }

    private static func headSize(_ points: FigurePoints, yaw: Double) -> Double {
        let face = FigurePoints.length(points.betweenEyes - points.chin)
        let eyes = FigurePoints.length(points.rightEye - points.leftEye)
        let turned = Trigonometry.cosine(ofAcute: min(abs(yaw), 0.8))
        return 0.65 * face + 0.35 * 1.75 * eyes / turned
    }

    /// The points as they are, or of the mirrored work.
    func points(isMirrored: Bool) -> FigurePoints {
        isMirrored ? points.mirrored(width: width) : points
    }

    func yaw(isMirrored: Bool) -> Double { isMirrored ? -yaw : yaw }

    /// How much the colours of two skins differ, without their lightness.
    func skinDifference(_ other: FigureWork) -> Float {
        let gap = skin - other.skin
        return (gap.y * gap.y + gap.z * gap.z).squareRoot()
    }
}

/// The marks of a work in its pixels.
struct FigureMarkPlaces {
    let points: FigurePoints
    let head: [SIMD2<Double>]
    let forearms: [[SIMD2<Double>]]
    let held: [[SIMD2<Double>]]
    /// The radius of a hand around the end of a forearm.
    let handRadius: Double
    let width: Int
    let height: Int

    init(_ marks: FigureMarks, width: Int, height: Int) {
        func place(_ point: MarkPoint) -> SIMD2<Double> {
            SIMD2(
                Double(point.x * width) / 10_000 - 0.5, Double(point.y * height) / 10_000 - 0.5)
        }
        points = FigurePoints(
            leftEye: place(marks.leftEye), rightEye: place(marks.rightEye),
            mouth: place(marks.mouth), chin: place(marks.chin), headTop: place(marks.headTop),
            neckPit: place(marks.neckPit), leftShoulder: place(marks.leftShoulder),
            rightShoulder: place(marks.rightShoulder), leftWaist: place(marks.leftWaist),
            rightWaist: place(marks.rightWaist))
        head = marks.headOutline.map(place)
        forearms = marks.forearms.map { $0.map(place) }
        held = marks.heldThings.map { $0.map(place) }
        handRadius = 0.45 * FigurePoints.length(points.rightEye - points.leftEye)
        self.width = width
        self.height = height
    }
}

/// The pixels of a marked work at one size, with what the marks say of each.
final class FigureRaster {
    /// Of strokes along forearms and held things, as a part of the work's height.
    static let armThickness = 0.075
    static let heldThickness = 0.03

    let width: Int
    let height: Int
    /// Pixels of the raster for one of the work.
    let factor: Double
    /// Premultiplied OKLab × 100 and alpha, 0 to 1.
    let colors: PaddedBuffer<SIMD4<Float>>
    let head: FigureMask
    /// Held things, then forearms.
    let parts: [FigureMask]
    /// By forearm.
    let hands: [FigureMask]
    /// What is dear to cut through: 255 for held things, 204 for forearms.
    let protection: FigureMask
    /// Whether the work goes on beyond its frame at a pixel.
    let reachesFrame: FigureMask

    init(_ canvas: Canvas, _ places: FigureMarkPlaces) {
        width = canvas.width
        height = canvas.height
        let factor = Double(canvas.width) / Double(places.width)
        self.factor = factor
        colors = PaddedBuffer(count: canvas.width * canvas.height, filledWith: SIMD4())
        var last = SIMD4<UInt8>()
        var color = SIMD4<Float>()
        for index in 0..<colors.count {
            if canvas.pixels[index] != last {
                last = canvas.pixels[index]
                color = FigureColor.premultiplied(last)
            }
            colors.pointer[index] = color
        }
        func scaled(_ points: [SIMD2<Double>]) -> [SIMD2<Double>] {
            points.map { ($0 + 0.5) * factor - 0.5 }
        }
        var head = FigureMask(width: canvas.width, height: canvas.height)
        head.fill(scaled(places.head))
        self.head = head
        var parts: [FigureMask] = []
        var protection = FigureMask(width: canvas.width, height: canvas.height)
        for (strokes, thickness, value) in [
            (places.held, Self.heldThickness, 255), (places.forearms, Self.armThickness, 204),
        ] {
            for stroke in strokes {
                var mask = FigureMask(width: canvas.width, height: canvas.height)
                mask.stroke(
                    scaled(stroke), thickness: max(3, thickness * Double(canvas.height)))
                for index in mask.values.indices where mask[index] {
                    let isOpaque = colors.pointer[index].w > 0.5
                    mask[index] = isOpaque && !(value < 255 && head[index])
                    if mask[index] {
                        protection.values[index] = max(protection.values[index], UInt8(value))
                    }
                }
                parts.append(mask)
            }
        }
        self.parts = parts
        let ends = places.forearms.compactMap(\.last)
        hands = ends.map { end in
            var mask = FigureMask(width: canvas.width, height: canvas.height)
            mask.stroke(scaled([end, end]), thickness: max(3, 2 * places.handRadius * factor))
            return mask
        }
        self.protection = protection
        var reach = FigureMask(width: canvas.width, height: canvas.height)
        for index in 0..<colors.count { reach[index] = colors.pointer[index].w > 0.05 }
        reachesFrame = reach
    }

    /// Whether the figure is cut out: there is nothing around most of its head.
    var hasClearSurroundings: Bool {
        let ring = head.dilated(by: Double(width) * 0.08).subtracting(head.dilated(by: 2))
        var clear = 0
        var total = 0
        for y in 0..<height {
            for x in 0..<width where ring[y * width + x] {
                total += 1
                if colors.pointer[y * width + x].w < 0.1 { clear += 1 }
            }
        }
        return clear * 4 >= total
    }

    func place(_ point: SIMD2<Double>) -> SIMD2<Double> { (point + 0.5) * factor - 0.5 }
}

/// Colours of figures: OKLab × 100 with alpha in the last lane, 0 to 1.
enum FigureColor {
    /// - Parameter pixel: Premultiplied sRGB.
    static func premultiplied(_ pixel: SIMD4<UInt8>) -> SIMD4<Float> {
        guard pixel.w > 0 else { return SIMD4() }
        let straight = Feature.unpremultiplied(pixel)
        let color = OKLab(red: straight.x, green: straight.y, blue: straight.z)
        let alpha = Float(pixel.w) / 255
        return SIMD4(color.lightness, color.greenRed, color.blueYellow, 0.01) * (100 * alpha)
    }

    /// The feature of a straight colour.
    @inline(__always)
    static func feature(_ color: SIMD4<Float>) -> SIMD4<UInt8> {
        guard color.w > 0.002 else { return transparent }
        let mixed = SIMD4<Float>(
            (color.x - 50) * 2.55 * color.w + 128, color.y * 4.08 * color.w + 128,
            color.z * 4.08 * color.w + 128, color.w * 255)
        return mixed.bytes()
    }

    static let transparent = SIMD4<UInt8>(128, 128, 128, 0)

    /// Premultiplied sRGB of a straight colour.
    static func pixel(_ color: SIMD4<Float>) -> SIMD4<UInt8> {
        guard color.w > 0.002 else { return SIMD4() }
        let rgb = OKLab(
            lightness: color.x / 100, greenRed: color.y / 100, blueYellow: color.z / 100
        ).rgb
        let straight = SIMD4(Float(rgb.0), Float(rgb.1), Float(rgb.2), 255)
        return (straight * min(1, color.w)).bytes()
    }

    @inline(__always)
    static func lab(_ color: SIMD4<Float>) -> SIMD3<Float> { SIMD3(color.x, color.y, color.z) }
}
