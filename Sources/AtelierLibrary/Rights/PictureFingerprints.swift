import AtelierProtocol
import Fingerprints
public import Foundation
import StyleKit
import SystemSupport

/// The fingerprints of a picture, read without a library. Its JSON form is the body of an inquiry:
/// what its author sends to ask whether it is among the works of a community.
public struct PictureFingerprints: Encodable, Sendable {
    private let inquiry: InquiryRequest

    /// Reads a picture file.
    ///
    /// - Parameter file: A file of any `PictureFormat`.
    /// - Throws: ``LibraryError/notAPicture(path:reason:)``; other ``LibraryError``s.
    public init(of file: URL) throws {
        let bytes = try LibraryFile.read(file, limit: Limits.pictureBytes)
        do {
            inquiry = InquiryRequest(reading: try PictureSurvey(of: bytes).fingerprint)
        } catch {
            throw LibraryError.notAPicture(path: file.shownPath, reason: error.description)
        }
    }

    /// The eight hashes, the picture as it is first.
    public var hashes: [String] { inquiry.reading.variants.map(\.description) }

    /// PDQ's measure of detail, 0 to 100.
    public var quality: Int { inquiry.reading.quality }

    /// Whether the picture has enough detail for matches to mean something.
    public var isReliable: Bool { inquiry.reading.isReliable }

    /// Writes the body of an inquiry.
    public func encode(to encoder: any Encoder) throws { try inquiry.encode(to: encoder) }
}
