/// The ranges of what servers and devices count.
///
/// They are far wider than what is ever reached, exact in every reader of JSON, and far enough from
/// overflow for sums of a few.
public enum NumberRange {
    /// Counts, serials and epochs.
    public static let count: ClosedRange<Int> = 0...9_007_199_254_740_991
    /// Places in the account's order.
    public static let place: ClosedRange<Int64> = 0...9_007_199_254_740_991
    /// Wishes that may be negative and are then brought to 0.
    public static let wish: ClosedRange<Int> = -9_007_199_254_740_991...9_007_199_254_740_991
}
