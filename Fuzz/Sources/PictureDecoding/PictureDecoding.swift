public import StyleKit

/// What fuzzers of pictures have in common.
public enum PictureDecoding {
    /// Pictures of the formats that are decoded whole are read up to this many pixels.
    public static let pixels = 1 << 22

    /// Decodes what a fuzzer made of a picture file; only the sanitizers and a trap can fail it.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - formats: What it has to be, by its first bytes.
    ///   - pixels: Larger pictures are left out: decoding them takes the time of many small ones.
    /// - Returns: What libFuzzer takes: 0, or -1 for a file that is not worth keeping.
    public static func check(
        _ file: [UInt8], as formats: [PictureFormat], upTo pixels: Int = .max
    ) -> CInt {
        guard let format = PictureFormat(sniffing: file), formats.contains(format) else {
            return -1
        }
        guard let size = try? Picture.size(of: file), size.width * size.height < pixels,
            let picture = try? Picture.decode(file).0
        else { return 0 }
        precondition(picture.pixels.count == picture.width * picture.height * 4, "the pixels fit")
        let survey = try? PictureSurvey(of: file)
        precondition(survey?.pixelHash == picture.pixelHash, "rows give what the whole gives")
        return 0
    }
}
