import ArtistFiles

/// Where the layers of a drawing that are named for the head show on its canvas: hair, face, hat.
public struct HeadLayers: Sendable {
    /// The words that name a part of the head, in the languages whose names need no second thought:
    /// English, German, French, Spanish.
    private static let words: Set<String> = [
        "head", "face", "hair", "hairs", "hat", "helmet", "hood", "beard", "bangs",
        "kopf", "gesicht", "haar", "haare", "hut", "helm", "bart",
        "tete", "tête", "visage", "cheveux", "chapeau", "casque", "barbe",
        "cabeza", "cara", "pelo", "cabello", "sombrero", "barba",
    ]
    /// Those of languages that put no spaces between words: Japanese and Chinese.
    private static let parts = ["頭", "顔", "髪", "帽", "头部", "脸", "頭髮", "头发"]
    /// The longer side of the grid on which layers are compared.
    private static let gridSide = 768

    /// The names of these layers, the lowest first.
    public let names: [String]
    /// `[height, width]`: the part of each cell of the canvas, 0 to 1.
    private let shown: [Float]
    private let width: Int
    private let height: Int

    /// Finds the layers in a file.
    ///
    /// A layer counts with its own name and with those of its groups. What other layers hide above
    /// them does not count.
    ///
    /// - Parameter file: The whole file of a drawing; it may be hostile.
    /// - Returns: nil where it has no layers, none named for the head, or is damaged.
    public init?(in file: [UInt8]) {
        guard file.count <= Limits.fileBytes, let kind = ArtistFileKind(sniffing: file),
            let found = try? ArtistLayers(file, kind: kind)
        else { return nil }
        let heads = found.layers.filter { $0.isVisible && Self.isHead($0.names) }
        guard !heads.isEmpty,
            found.canvas.width > 0, found.canvas.height > 0,
            (try? Picture.byteCount(width: found.canvas.width, height: found.canvas.height)) != nil
        else { return nil }
        let grid = LayerCoverage(canvas: found.canvas, longSide: Self.gridSide)
        var shown = [Float](repeating: 0, count: grid.width * grid.height)
        var isBelow = true
        for layer in found.layers where layer.isVisible {
            let isHead = Self.isHead(layer.names)
            if isHead { isBelow = false }
            // What lies below the lowest of them hides nothing.
            guard !isBelow, isHead || layer.hides,
                let covered = try? found.coverage(of: layer, on: grid, decodePNG: Self.eachAlphaRow)
            else { continue }
            for y in 0..<grid.height {
                for x in 0..<grid.width {
                    let index = y * grid.width + x
                    let part = covered[x, y]
                    shown[index] =
                        isHead ? max(shown[index], part) : shown[index] * (1 - part)
                }
            }
        }
        names = heads.map { $0.names.joined(separator: "/") }
        self.shown = shown
        (width, height) = (grid.width, grid.height)
    }

    /// The part of a place that they show, 0 to 1.
    ///
    /// - Parameter place: 0 to 1 across and down the canvas.
    package func part(at place: SIMD2<Double>) -> Float {
        let x = min(max(Int(place.x * Double(width)), 0), width - 1)
        let y = min(max(Int(place.y * Double(height)), 0), height - 1)
        return shown[y * width + x]
    }

    /// Whether they show the place between the eyes of a figure: else they are no division of it.
    public func showEyes(of marks: FigureMarks) -> Bool {
        let eyes = SIMD2(
            Double(marks.leftEye.x + marks.rightEye.x), Double(marks.leftEye.y + marks.rightEye.y))
        return part(at: eyes / 20_000) > 0.5
    }

    /// Whether one of the names has a word for the head.
    private static func isHead(_ names: [String]) -> Bool {
        names.contains { name in
            parts.contains { name.contains($0) } || words(of: name).contains { words.contains($0) }
        }
    }

    /// The words of a name in lower case: `HairBack_2` has `hair`, `back`, `2`.
    private static func words(of name: String) -> [String] {
        var words: [String] = [""]
        var last: Character = " "
        for character in name {
            let begins = character.isUppercase && last.isLowercase
            if begins || !character.isLetter { words.append("") }
            if character.isLetter { words[words.count - 1] += character.lowercased() }
            last = character
        }
        return words.filter { !$0.isEmpty }
    }

    /// Decodes a layer's PNG; a damaged one covers what was read of it.
    private static func eachAlphaRow(_ png: [UInt8], _ body: (Int, [UInt8]) -> Void) {
        guard PictureFormat(sniffing: png) == .png, let file = try? PictureFile(png) else { return }
        try? file.withRows { reader throws(PictureError) in
            let row = PaddedBuffer<UInt8>(count: file.width * 4, filledWith: 0)
            for index in 0..<file.height {
                try reader.read(into: row.pointer)
                body(index, (0..<file.width).map { row.pointer[$0 * 4 + 3] })
            }
        }
    }
}
