import SignedObjects

/// What an account began with, signed by the server's key and kept beside the account: with the
/// orders that grant credits it says how many there may be.
struct AccountOpening: SignedPayload {
    static let type = "atelier-opening+jws"

    let account: AccountID
    /// Free credits.
    let credits: Int
    let time: UnixTime
}
