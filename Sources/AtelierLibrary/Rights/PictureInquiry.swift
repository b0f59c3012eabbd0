public import AtelierProtocol
public import Foundation
import StyleKit
import SystemSupport

extension InquiryRequest {
    /// Reads the fingerprints of a picture file, without a library: what its author sends to ask
    /// whether it is among the works of a community.
    ///
    /// - Parameter file: A file of any ``PictureFormat``.
    /// - Throws: ``LibraryError/notAPicture(path:reason:)``; other ``LibraryError``s.
    public init(readingPicture file: URL) throws {
        let bytes = try LibraryFile.read(file, limit: Limits.pictureBytes)
        do {
            self.init(reading: try PictureSurvey(of: bytes).fingerprint)
        } catch {
            throw LibraryError.notAPicture(path: file.shownPath, reason: error.description)
        }
    }
}
