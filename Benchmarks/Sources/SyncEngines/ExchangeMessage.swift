/// What travels from one replica to the other.
package struct ExchangeMessage: Sendable {
    /// What the message brings.
    package enum Content: Sendable {
        /// Everything, for an empty replica.
        case all
        /// Changes since the last message.
        case changes
    }

    /// What the message brings.
    package let content: Content
    /// The bytes, in as many parts as the engine sends.
    package let parts: [[UInt8]]
    /// Whether the engine has compressed and sealed the parts already.
    package let isFinal: Bool

    /// Takes all three.
    package init(content: Content, parts: [[UInt8]], isFinal: Bool) {
        self.content = content
        self.parts = parts
        self.isFinal = isFinal
    }

    /// How long all parts are together.
    package var byteCount: Int { parts.reduce(0) { $0 + $1.count } }
}
