package import NIOCore

/// The frames of a stream of server-sent events.
package enum EventStream {
    /// An event with one line of JSON.
    package static func message(_ name: String, _ json: some Sequence<UInt8>) -> ByteBuffer {
        var buffer = ByteBuffer(string: "event: \(name)\ndata: ")
        buffer.writeBytes(json)
        buffer.writeString("\n\n")
        return buffer
    }

    /// A comment, long enough for whoever gives up on connections with less than a byte a second.
    package static let beat = ByteBuffer(
        string: ":" + String(repeating: " ", count: 61) + "\n\n")
}
