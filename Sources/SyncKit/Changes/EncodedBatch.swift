/// A batch in its wire form, and where in it things of one kind end.
package struct EncodedBatch: Sendable {
    /// The wire form.
    package let bytes: [UInt8]
    /// Rising offsets in ``bytes``. A compressor that begins a new block at each of them keeps
    /// random bytes, such as keys, from spoiling the codes of the texts beside them.
    package let sectionEnds: [Int]

    init(_ writer: ByteWriter) {
        bytes = writer.bytes
        sectionEnds = writer.sectionEnds
    }
}
