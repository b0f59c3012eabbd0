/// Where a request came from, as far as it is known.
package struct Sender: Hashable, Sendable, CustomStringConvertible {
    /// The address; nil where there is none, as in a test in process.
    package let address: NetworkAddress?

    /// What one sender counts as: all of the 64 bits that one customer of a provider has.
    package var network: NetworkAddress? { address?.network }

    /// Names the sender in counts.
    package var description: String { network?.description ?? "local" }
}
