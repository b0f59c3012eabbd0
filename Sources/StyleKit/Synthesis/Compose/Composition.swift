/// A picture that is put together from two or three works, each at its own scale: which works, how
/// they lie in the picture, and how each one meets those before it.
struct Composition {
    /// How a work meets what is there already.
    enum Join: Int, CaseIterable {
        /// The new work is to the right.
        case beside
        /// The new work is below.
        case below
    }

    /// One work in the picture.
    struct Layer: Equatable {
        /// The index of the work in the pyramid's areas.
        var area: Int
        /// The pixel of the work, at the coarsest level, that the picture's first pixel has;
        /// negative where the work begins further inside.
        var x: Float
        var y: Float
    }

    /// The first work; the others are cut into it one after the other.
    var base: Layer
    var joined: [(layer: Layer, join: Join)]
    /// What the cheapest cut costs for each pixel of its length; lower is better.
    var cost: Float

    var layers: [Layer] { [base] + joined.map(\.layer) }
}
