/// Bounds of what is said about rights; client and server check each.
public enum RightsLimits {
    /// The most works in one ``ReservationRequest``, which must stay a small signed object.
    public static let worksPerReservation = 128
    /// The most fingerprints in one ``HolderReservationRequest``.
    public static let fingerprintsPerRequest = 50
    /// The most entries of the list in one ``ReservationPage``.
    public static let entriesPerPage = 4096
    /// The most reservations that are in force at a time: 4 MB of ``ReservationEntry``.
    public static let reservations = 100_000
    /// The longest statement, answer, appeal or contest, in UTF-8 bytes; a letter fits an order.
    public static let textBytes = 2000
    /// The longest contact, in UTF-8 bytes.
    public static let contactBytes = 256
    /// The longest link, in UTF-8 bytes.
    public static let linkBytes = 512
    /// The most links of one claim.
    public static let links = 5
    /// The largest picture of a claimant, in bytes.
    public static let pictureBytes = 4 * 1024 * 1024
    /// The most cases in one list; a list goes on after its last number.
    public static let casesPerList = 64
    /// The most letters of one case.
    public static let lettersPerCase = 200
    /// How long a side may appeal against a decision.
    public static let appealTime = Duration.seconds(30 * 86_400)
}

extension KeyedDecodingContainer {
    /// The text at `key`, which has to say something.
    ///
    /// - Throws: `DecodingError` where it is missing, blank or longer than `limit` bytes of UTF-8.
    func decodeText(_ key: Key, upTo limit: Int) throws -> String {
        let text = try decode(String.self, forKey: key)
        guard text.utf8.count <= limit, text.contains(where: { !$0.isWhitespace }) else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self, debugDescription: "a text of 1 to \(limit) bytes")
        }
        return text
    }

    /// The list at `key`.
    ///
    /// - Throws: `DecodingError` where it is missing, or has more or fewer items than `range`.
    func decodeList<Item: Decodable>(
        _ key: Key, _ range: ClosedRange<Int>
    ) throws -> [Item] {
        let items = try decode([Item].self, forKey: key)
        guard range.contains(items.count) else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self,
                debugDescription: "a list of \(range.lowerBound) to \(range.upperBound) items")
        }
        return items
    }
}
