extension Canvas {
    /// A square piece; the caller keeps it inside.
    func cut(x: Int, y: Int, side: Int) -> Canvas {
        let piece = Canvas(width: side, height: side)
        for row in 0..<side {
            for column in 0..<side {
                piece.pixels[row * side + column] = pixels[(y + row) * width + x + column]
            }
        }
        return piece
    }
}
