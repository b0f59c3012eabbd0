extension Canvas {
    /// The rows of this range.
    func rows(_ rows: Range<Int>) -> Canvas {
        let result = Canvas(width: width, height: rows.count)
        result.pixels.update(
            from: pixels + rows.lowerBound * width, count: rows.count * width)
        return result
    }

    /// The canvas without a margin all around.
    func cropped(by margin: Int) -> Canvas {
        guard margin > 0 else { return self }
        let result = Canvas(width: width - 2 * margin, height: height - 2 * margin)
        for y in 0..<result.height {
            (result.pixels + y * result.width).update(
                from: pixels + (y + margin) * width + margin, count: result.width)
        }
        return result
    }

    /// The canvas as a tile, with a margin all around that repeats its other side.
    func wrapped(by margin: Int) -> Canvas {
        guard margin > 0 else { return self }
        let result = Canvas(width: width + 2 * margin, height: height + 2 * margin)
        for y in 0..<result.height {
            // A margin may be larger than the canvas.
            let row = ((y - margin) % height + height) % height
            for x in 0..<result.width {
                let column = ((x - margin) % width + width) % width
                result.pixels[y * result.width + x] = pixels[row * width + column]
            }
        }
        return result
    }

    /// Features as premultiplied sRGB: what a picture under way looks like.
    func colorsOfFeatures(_ bands: Bands) -> Canvas {
        mapped(bands) { Feature(lanes: $0).premultiplied }
    }
}
