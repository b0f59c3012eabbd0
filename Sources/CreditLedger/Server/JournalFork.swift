package import SignedObjects

/// Two spends of different leases that one device signed for the same place of its journal.
///
/// It proves that the journal was copied or set back. No credit was used twice, so both spends
/// count, and an artist who restored a whole folder from a backup looks just the same: nobody is
/// punished.
package struct JournalFork: Hashable, Sendable {
    /// The spend that came first.
    package let first: JWS<Spend>
    /// The one that came later.
    package let second: JWS<Spend>

    /// Takes every field.
    package init(first: JWS<Spend>, second: JWS<Spend>) {
        self.first = first
        self.second = second
    }
}
