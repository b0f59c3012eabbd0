/// What travels from one replica to the other.
package struct ExchangeMessage: Sendable {
    /// What a message brings.
    enum Content: Sendable {
        /// Everything, for an empty replica.
        case all
        /// Changes since the last message.
        case changes
    }

    let content: Content
    /// The bytes, in as many parts as the engine makes.
    package let parts: [[UInt8]]
    /// Compresses the parts, where the engine does it in a way of its own.
    package var compress: (@Sendable () throws -> [[UInt8]])?

    /// How long all parts are together.
    package var byteCount: Int { parts.reduce(0) { $0 + $1.count } }
}
