import StyleKit

/// Decodes a picture of one pixel with what the fuzzer made of a colour profile.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let profile = Array(UnsafeBufferPointer(start: bytes, count: count))
    let file = ProfiledPixel.file(profile: profile)
    guard let picture = try? Picture.decode(file).0 else {
        preconditionFailure("a damaged profile never refuses a picture")
    }
    precondition(picture.pixels.count == 4, "the pixel is there")
    return 0
}
