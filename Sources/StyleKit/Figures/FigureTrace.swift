/// Where in the works each pixel of a figure is from: what its judges check.
package struct FigureTrace: Sendable {
    /// A place in a work.
    package struct Place: Sendable, Equatable {
        /// The work's index in the model.
        package let work: UInt16
        /// From the left edge, in ten-thousandths of the width.
        package let x: Int16
        /// From the top edge, in ten-thousandths of the height.
        package let y: Int16

        /// Names a place.
        ///
        /// - Parameters:
        ///   - work: The work's index in the model.
        ///   - x: As a part of the width; clamped to the work.
        ///   - y: As a part of the height; clamped to the work.
        package init(work: Int, x: Float, y: Float) {
            self.work = UInt16(truncatingIfNeeded: work)
            self.x = Int16(max(0, min(1, x)) * 10_000)
            self.y = Int16(max(0, min(1, y)) * 10_000)
        }
    }

    /// The width in pixels; a larger picture was enlarged.
    package let width: Int
    /// The height in pixels.
    package let height: Int
    /// `[height, width]`; nil where nothing is.
    package let places: [Place?]

    /// - Parameter places: `[height, width]`.
    package init(width: Int, height: Int, places: [Place?]) {
        precondition(places.count == width * height, "one place a pixel")
        self.width = width
        self.height = height
        self.places = places
    }
}

extension Picture {
    /// The picture at another size, by the filter that scales works.
    package func scaled(width: Int, height: Int) -> Picture {
        Canvas(self).scaled(width: width, height: height).picture
    }
}
