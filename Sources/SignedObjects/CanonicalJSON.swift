public import Foundation

/// The one JSON form of what is signed and sent: sorted snake_case keys, no escaped slashes.
///
/// Property names hold no acronyms in capitals, so that the conversion is the same both ways.
public enum CanonicalJSON {
    /// Encodes a value in the one form.
    public static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return encoder
    }

    /// Decodes that form. Other spellings are read too, where nothing is signed; ``JWS`` refuses
    /// them.
    public static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }
}
