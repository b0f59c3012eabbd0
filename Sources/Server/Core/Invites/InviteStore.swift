import AtelierProtocol
import SignedObjects

/// Invites as rows: only their hashes, so that a stolen database invites nobody.
enum InviteStore {
    static func hash(_ secret: InviteSecret) -> Digest {
        Digest(of: secret.bytes)
    }

    static func add(
        _ secret: InviteSecret, expires: UnixTime, now: UnixTime, in db: Database
    ) throws {
        try db.execute(
            "INSERT INTO invite (hash, created, expires) VALUES (?1, ?2, ?3)",
            [hash(secret).blob, now.milliseconds, expires.milliseconds])
    }

    /// Uses an invite up; the same answer for unknown, used, expired and revoked ones.
    static func use(
        _ secret: InviteSecret, for account: AccountID, now: UnixTime, in db: Database
    ) throws {
        let count = try db.execute(
            """
            UPDATE invite SET used = ?1, used_by = ?2
            WHERE hash = ?3 AND used IS NULL AND revoked IS NULL AND expires > ?1
            """,
            [now.milliseconds, account.blob, hash(secret).blob])
        guard count == 1 else {
            throw ServerError.refused(
                .inviteInvalid,
                detail: "The invite is unknown, used or expired. Ask the operator for a new one.")
        }
    }
}
