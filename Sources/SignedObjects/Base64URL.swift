import Foundation

/// Base64 with the URL alphabet and no padding, RFC 4648 section 5.
public enum Base64URL {
    /// The text form of `bytes`.
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString()
            .replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
    }

    /// The bytes of `text`, or nil where it is not what ``encode(_:)`` would have written.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let standard = text.replacingOccurrences(of: "-", with: "+")
            .replacingOccurrences(of: "_", with: "/")
        let padding = String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: standard + padding) else { return nil }
        let bytes = [UInt8](data)
        // One value, one text: a second spelling would make two signed objects out of one.
        return encode(bytes) == String(text) ? bytes : nil
    }
}
