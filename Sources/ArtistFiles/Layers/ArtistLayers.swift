/// The layers of an OpenRaster, Krita or Photoshop file: their names, and where each covers the
/// canvas.
package struct ArtistLayers: Sendable {
    /// One layer with pixels.
    package struct Layer: Sendable, Equatable {
        /// The names of the groups that it is in, the outermost first, then its own.
        package let names: [String]
        /// Whether it and all its groups are shown.
        package let isVisible: Bool
        /// Whether it hides what is below it: mixed as usual, nearly opaque and not clipped.
        package let hides: Bool
        let source: Source

        /// Where its pixels are.
        enum Source: Sendable, Equatable {
            /// A PNG in the archive, from this corner on.
            case png(name: String, left: Int, top: Int)
            /// Tiles in the archive, moved by so much.
            case tiles(name: String, left: Int, top: Int, isFloat: Bool)
            /// The index of its record in a PSD.
            case record(Int)
        }
    }

    /// The canvas.
    package let canvas: CanvasSize
    /// The lowest first.
    package let layers: [Layer]
    private let bytes: [UInt8]
    private let photoshop: PhotoshopFile?

    /// Reads the list of layers.
    ///
    /// - Returns: nil for a kind of file without layers that are read.
    package init?(_ bytes: [UInt8], kind: ArtistFileKind) throws(ArtistFileError) {
        self.bytes = bytes
        switch kind {
        case .photoshop, .photoshopBig:
            let file = try PhotoshopFile(bytes)
            photoshop = file
            canvas = CanvasSize(width: file.header.width, height: file.header.height)
            layers = file.layers.tree
        case .openRaster, .krita:
            photoshop = nil
            let list = try LayerList(
                inArchive: bytes, named: kind == .krita ? "maindoc.xml" : "stack.xml")
            canvas = list.canvas
            layers = list.layers.reversed()
        case .tiff, .heic, .avif, .jpegXL, .clipStudio, .procreate: return nil
        }
    }

    /// Where a layer covers the canvas, if its pixels are read.
    ///
    /// - Parameters:
    ///   - grid: Empty; the size of the result.
    ///   - decodePNG: Calls its second argument with the alphas of each row of a PNG, from the top.
    package func coverage(
        of layer: Layer, on grid: LayerCoverage,
        decodePNG: ([UInt8], (Int, [UInt8]) -> Void) -> Void
    ) throws(ArtistFileError) -> LayerCoverage? {
        var grid = grid
        switch layer.source {
        case .png(let name, let left, let top):
            guard let png = try ArchiveFile(bytes).entry(named: name, limit: Limits.entryBytes)
            else { return nil }
            decodePNG(png) { row, alphas in grid.add(alphas, left: left, row: top + row) }
        case .tiles(let name, let left, let top, let isFloat):
            guard let entry = try ArchiveFile(bytes).entry(named: name, limit: Limits.entryBytes)
            else { return nil }
            try KritaTiles(entry, isFloat: isFloat).eachRow { column, row, alphas in
                grid.add(alphas, left: left + column, row: top + row)
            }
        case .record(let index):
            guard let photoshop else { return nil }
            try photoshop.eachAlphaRow(ofLayer: index) { left, row, alphas in
                grid.add(alphas, left: left, row: row)
            }
        }
        return grid
    }
}

/// How much of each cell of a grid over the canvas a layer covers.
package struct LayerCoverage: Sendable {
    /// The cells across and down.
    package let width: Int
    /// The cells down.
    package let height: Int
    private let canvas: CanvasSize
    /// `[height, width]`: the sum of the alphas of its pixels.
    private var sums: [UInt32]

    /// An empty grid whose longer side has at most `longSide` cells.
    package init(canvas: CanvasSize, longSide: Int) {
        self.canvas = canvas
        let scale = min(1, Double(longSide) / Double(max(1, canvas.width, canvas.height)))
        width = max(1, Int(Double(canvas.width) * scale))
        height = max(1, Int(Double(canvas.height) * scale))
        sums = [UInt32](repeating: 0, count: width * height)
    }

    /// Adds a run of alphas of one row of the canvas; what lies outside is left aside.
    mutating func add(_ alphas: [UInt8], left: Int, row: Int) {
        guard (0..<canvas.height).contains(row) else { return }
        let start = row * height / canvas.height * width
        for index in max(0, -left)..<max(0, -left, min(alphas.count, canvas.width - left)) {
            sums[start + (left + index) * width / canvas.width] &+= UInt32(alphas[index])
        }
    }

    /// The part of a cell that is covered, 0 to 1.
    package subscript(x: Int, y: Int) -> Float {
        let columns = Self.pixels(of: x, of: width, over: canvas.width)
        let rows = Self.pixels(of: y, of: height, over: canvas.height)
        return min(1, Float(sums[y * width + x]) / Float(max(1, columns * rows) * 255))
    }

    /// How many of the canvas's pixels fall into a cell.
    private static func pixels(of cell: Int, of cells: Int, over side: Int) -> Int {
        func first(_ cell: Int) -> Int { (cell * side + cells - 1) / cells }
        return first(cell + 1) - first(cell)
    }
}
