/// One page of a long list.
struct ListPage {
    /// From 1.
    let number: Int
    /// How many there are, at least 1.
    let count: Int
    /// What of the list is shown.
    let range: Range<Int>

    /// - Parameter number: The page that was asked for; one beyond the last becomes the last.
    init(number: Int, of total: Int, size: Int) {
        count = max(1, (total + size - 1) / size)
        self.number = min(max(1, number), count)
        let start = (self.number - 1) * size
        range = start..<min(start + size, total)
    }

    /// What the partial `pages` shows; empty where all is on one page.
    var values: [[String: Any]] {
        guard count > 1 else { return [] }
        return [
            [
                "number": String(number), "count": String(count),
                "previous": number > 1 ? [String(number - 1)] : [],
                "next": number < count ? [String(number + 1)] : [],
            ]
        ]
    }
}
