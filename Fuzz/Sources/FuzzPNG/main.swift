import StyleKit

/// Decodes what the fuzzer made of a PNG file; only the sanitizers and a trap can fail it.
///
/// Checksums are made right first, or nothing behind them would ever be reached.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    var file = Array(UnsafeBufferPointer(start: bytes, count: count))
    guard PictureFormat(sniffing: file) == .png else { return -1 }
    Checksums.mend(&file)
    guard let picture = try? Picture.decode(file).0 else { return 0 }
    precondition(picture.pixels.count == picture.width * picture.height * 4, "the pixels fit")
    let survey = try? PictureSurvey(of: file)
    precondition(survey?.pixelHash == picture.pixelHash, "rows give what the whole gives")
    return 0
}
