import StyleKit
import TestSupport

/// Painted characters as marked works.
enum MarkedCharacters {
    static func works(_ count: Int) throws -> [StyleWork] {
        try (0..<count).map { number in
            let character = PaintedCharacter(number)
            return StyleWork(
                id: [UInt8](repeating: UInt8(number + 1), count: 16),
                picture: try picture(character), figure: try marks(character))
        }
    }

    static func model(_ count: Int) throws -> StyleModel {
        try StyleModel(learning: works(count))
    }

    static func picture(_ character: PaintedCharacter) throws -> Picture {
        try Picture(
            width: PaintedCharacter.width, height: PaintedCharacter.height,
            pixels: character.pixels)
    }

    static func marks(_ character: PaintedCharacter) throws -> FigureMarks {
        func point(_ place: PaintedCharacter.Point) -> MarkPoint {
            MarkPoint(
                x: max(0, min(10_000, Int(place.x * 10_000 / Double(PaintedCharacter.width)))),
                y: max(0, min(10_000, Int(place.y * 10_000 / Double(PaintedCharacter.height)))))
        }
        let points = character.points.map(point)
        return try FigureMarks(
            leftEye: points[0], rightEye: points[1], mouth: points[2], chin: points[3],
            headTop: points[4], neckPit: points[5], leftShoulder: points[6],
            rightShoulder: points[7], leftWaist: points[8], rightWaist: points[9], yaw: 0,
            headOutline: character.headOutline.map(point),
            forearms: character.forearms.map { $0.map(point) },
            heldThings: character.heldThings.map { $0.map(point) })
    }

    static func settings(
        _ seed: UInt64 = 1, side: Int = 160, _ figure: FigureSettings = FigureSettings()
    ) -> GenerationSettings {
        GenerationSettings(width: side, height: side, seed: seed, kind: .figure(figure))
    }
}
