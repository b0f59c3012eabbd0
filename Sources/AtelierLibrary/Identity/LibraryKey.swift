import AtelierProtocol
import SignedObjects

/// One key that the library's changes are sealed with.
package struct LibraryKey: Codable, Equatable, Sendable {
    /// Rises when the keys are changed; the first is 1.
    package var epoch: UInt32
    /// 32 bytes.
    package var key: SecretBytes

    /// Takes every field.
    package init(epoch: UInt32, key: SecretBytes) {
        self.epoch = epoch
        self.key = key
    }

    /// Reads one.
    ///
    /// - Throws: `DecodingError` where the epoch is none.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        epoch = try container.decode(.epoch, in: ProtocolLimits.keyEpochs)
        key = try container.decode(SecretBytes.self, forKey: .key)
    }
}
