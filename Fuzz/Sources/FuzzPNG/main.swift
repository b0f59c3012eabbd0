import PictureDecoding
import StyleKit

/// Decodes what the fuzzer made of a PNG file.
///
/// Checksums are made right first, or nothing behind them would ever be reached.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    var file = Array(UnsafeBufferPointer(start: bytes, count: count))
    guard PictureFormat(sniffing: file) == .png else { return -1 }
    Checksums.mend(&file)
    return PictureDecoding.check(file, as: [.png])
}
