import PictureDecoding
import StyleKit

/// Decodes what the fuzzer made of a PSD or PSB file and of its layers.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let file = Array(UnsafeBufferPointer(start: bytes, count: count))
    _ = HeadLayers(in: file)
    return PictureDecoding.check(
        file, as: [.photoshop, .photoshopBig], upTo: PictureDecoding.pixels)
}
