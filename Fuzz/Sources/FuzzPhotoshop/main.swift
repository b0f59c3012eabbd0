import StyleKit

/// Decodes what the fuzzer made of a PSD or PSB file and of its layers; only the sanitizers and a
/// trap can fail it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let file = Array(UnsafeBufferPointer(start: bytes, count: count))
    let format = PictureFormat(sniffing: file)
    guard format == .photoshop || format == .photoshopBig else { return -1 }
    _ = HeadLayers(in: file)
    guard let size = try? Picture.size(of: file), size.width * size.height < 1 << 22,
        let picture = try? Picture.decode(file).0
    else { return 0 }
    precondition(picture.pixels.count == picture.width * picture.height * 4, "the pixels fit")
    let survey = try? PictureSurvey(of: file)
    precondition(survey?.pixelHash == picture.pixelHash, "rows give what the whole gives")
    return 0
}
