extension Int {
    /// The whole number nearest to `value`; 0 for what is no number, the last one on the side where
    /// it does not fit.
    public init(rounding value: Double) {
        let whole = value.rounded()
        if let exact = Int(exactly: whole) {
            self = exact
        } else if whole.isNaN {
            self = 0
        } else {
            self = whole < 0 ? .min : .max
        }
    }
}
