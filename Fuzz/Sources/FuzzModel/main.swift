import Crypto
import StyleKit

/// Reads what the fuzzer made of a style model; the checksum is made right first.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let body = Array(UnsafeBufferPointer(start: bytes, count: count)).dropLast(32)
    let file = body + SHA256.hash(data: body)
    guard let model = try? StyleModel(bytes: Array(file)) else { return 0 }
    precondition(!model.works.isEmpty, "a model has works")
    return 0
}
