/// Numbers that somebody else wrote are bounded where they are read, so that no sum, product or
/// conversion of them can overflow later.
extension KeyedDecodingContainer {
    /// The number at `key`.
    ///
    /// - Throws: `DecodingError` where it is missing, no whole number or outside of `range`.
    public func decode<Number: FixedWidthInteger & Decodable>(
        _ key: Key, in range: ClosedRange<Number>
    ) throws -> Number {
        let number = try decode(Number.self, forKey: key)
        guard range.contains(number) else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self,
                debugDescription: "a number outside \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// The number at `key`; nil where there is none.
    ///
    /// - Throws: `DecodingError` where it is no whole number or outside of `range`.
    public func decodeIfPresent<Number: FixedWidthInteger & Decodable>(
        _ key: Key, in range: ClosedRange<Number>
    ) throws -> Number? {
        guard contains(key), try !decodeNil(forKey: key) else { return nil }
        return try decode(key, in: range)
    }
}
