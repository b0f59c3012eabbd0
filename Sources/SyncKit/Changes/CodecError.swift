/// Why bytes are not a batch of changes; nothing of them was used.
package enum CodecError: Error, Equatable, CustomStringConvertible {
    /// The bytes end inside a field.
    case truncated
    /// A field holds what the format does not allow.
    case invalid(String)

    /// What happened.
    package var description: String {
        switch self {
        case .truncated: "the bytes end too early"
        case .invalid(let field): "invalid \(field)"
        }
    }
}
