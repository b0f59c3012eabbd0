import PictureDecoding
import StyleKit

/// Decodes what the fuzzer made of a Clip Studio file.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let file = Array(UnsafeBufferPointer(start: bytes, count: count))
    return PictureDecoding.check(file, as: [.clipStudio], upTo: PictureDecoding.pixels)
}
