import PictureDecoding
import StyleKit

/// Decodes what the fuzzer made of a TIFF file.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let file = Array(UnsafeBufferPointer(start: bytes, count: count))
    return PictureDecoding.check(file, as: [.tiff], upTo: PictureDecoding.pixels)
}
