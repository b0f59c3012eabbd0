/// How rows are named.
package enum IdentifierKind: String, CaseIterable, Sendable {
    /// Random bytes, in the form of UUID version 4: the harder case.
    case v4
    /// Beginning with the creation time, in the form of UUID version 7.
    case v7
}
