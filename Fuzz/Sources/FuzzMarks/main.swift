import Provenance

/// Reads the marks and the signed manifest in what the fuzzer made, and marks a copy; only the
/// sanitizers, a trap and what must not be can fail it.
///
/// What is no picture file is tried as the packet and as the manifest of one, by its first byte, so
/// that XMP, CBOR and boxes are reached without a container that the fuzzer would have to guess; or
/// as edits of a file that was signed here, so that signature and certificate are reached.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: bytes, count: count))
    guard let kind = input.first else { return -1 }
    let content = Array(input.dropFirst())
    let file: [UInt8] =
        switch kind {
        case UInt8(ascii: "x"):
            png("iTXt", Array("XML:com.adobe.xmp\0\0\0\0\0".utf8) + content)
        case UInt8(ascii: "m"): png("caBX", content)
        case UInt8(ascii: "o"): OwnFile.made?.edited(by: content[...]) ?? input
        default: input
        }
    _ = TrainingMarks(of: file).found
    // Whoever has no key cannot make a file whole that was not signed.
    if case .intact = CredentialReading(of: file).state {
        precondition(file == OwnFile.made?.bytes, "nobody signed this")
    }
    guard let copy = try? ProtectedCopy(of: file) else { return 0 }
    let marks = TrainingMarks(of: copy.bytes).found.map(\.mark.meaning)
    precondition(marks == [.prohibited], "a copy has its mark and no other")
    return 0
}

/// A PNG file of one chunk and empty data.
func png(_ type: String, _ body: [UInt8]) -> [UInt8] {
    func chunk(_ type: String, _ body: [UInt8]) -> [UInt8] {
        let length = withUnsafeBytes(of: UInt32(clamping: body.count).bigEndian) { Array($0) }
        return length + Array(type.utf8) + body + [0, 0, 0, 0]
    }
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk(type, body)
        + chunk("IDAT", []) + chunk("IEND", [])
}
