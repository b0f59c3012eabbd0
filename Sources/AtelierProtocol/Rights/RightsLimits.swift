import SignedObjects

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
    /// How far a server's epoch, which is a time, may lie ahead of a device's clock.
    public static let epochAhead = Duration.seconds(31 * 86_400)
    /// How long a side may appeal against a decision.
    public static let appealTime = Duration.seconds(30 * 86_400)
}

/// What people write about rights: it is read by strangers, on terminals and pages.
package enum RightsText {
    /// Whether a text says something, and nothing that is not seen: no control and bidi characters,
    /// and not invisible ones alone.
    package static func isReadable(_ text: String) -> Bool {
        text == PrintableText.block(text) && text.unicodeScalars.contains(where: isVisible)
    }

    /// A text whose lines end as Unix has them, whatever program it was written with.
    package static func withPlainLines(_ text: String) -> String {
        text.replacing("\r\n", with: "\n")
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        let properties = scalar.properties
        return !properties.isWhitespace && !properties.isDefaultIgnorableCodePoint
            && properties.generalCategory != .format && scalar != "\u{2800}"
    }
}

extension KeyedDecodingContainer {
    /// The text at `key`, which has to say something that every reader sees as it is.
    ///
    /// - Throws: `DecodingError` where it is missing or longer than `limit` bytes of UTF-8, or
    ///   ``RightsText`` does not take it.
    func decodeText(_ key: Key, upTo limit: Int) throws -> String {
        let text = RightsText.withPlainLines(try decode(String.self, forKey: key))
        guard text.utf8.count <= limit, RightsText.isReadable(text) else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self,
                debugDescription: "a text of 1 to \(limit) bytes without control characters")
        }
        return text
    }

    /// The texts at `key`, each as ``decodeText(_:upTo:)`` takes one.
    ///
    /// - Throws: `DecodingError`, also where there are more than `count`.
    func decodeTexts(_ key: Key, _ count: Int, upTo limit: Int) throws -> [String] {
        let texts: [String] = try decodeList(key, 0...count)
        guard texts.allSatisfy({ $0.utf8.count <= limit && RightsText.isReadable($0) }) else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self,
                debugDescription: "texts of 1 to \(limit) bytes without control characters")
        }
        return texts
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
