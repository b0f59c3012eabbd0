import AtelierProtocol
import Foundation
import SignedObjects

/// The root certificates as rows, and the public names of accounts.
struct AuthorityStore {
    let db: Database

    /// The roots, the newest first.
    func roots() throws -> [CommunityRoot] {
        try db.rows(
            "SELECT number, certificate, made FROM authority_root ORDER BY number DESC LIMIT ?1",
            [CommunityRoot.numbers.upperBound]
        ).map { row in
            let certificate: Data = try row["certificate"]
            return CommunityRoot(
                number: try row["number"], certificate: Array(certificate),
                made: try row.time("made"))
        }
    }

    /// Adds a root; false where another server has just added one of that number.
    func add(_ root: CommunityRoot) throws -> Bool {
        try db.execute(
            .insert(
                into: "authority_root",
                [
                    "number": root.number, "certificate": Data(root.der ?? []),
                    "made": root.made.milliseconds,
                ], onConflict: .keeps(by: ["number"]))) == 1
    }

    /// What a device's certificate follows from.
    func holder(_ device: DeviceID, of account: AccountID) throws -> (
        name: String, joined: UnixTime
    )? {
        let row = try db.row(
            """
            SELECT a.public_name, d.joined FROM device AS d JOIN account AS a ON a.id = d.account
            WHERE d.id = ?1 AND d.account = ?2
            """,
            [device.blob, account.blob])
        return try row.map { (try $0["public_name"], try $0.time("joined")) }
    }

    /// Sets the name that an account's certificates have; empty for a pseudonym.
    func setName(_ name: String, of account: AccountID) throws {
        try db.execute(
            "UPDATE account SET public_name = ?1 WHERE id = ?2", [name, account.blob])
    }
}
