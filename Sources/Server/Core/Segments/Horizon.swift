import AtelierProtocol
import CreditLedger
import Crypto
import SignedObjects

/// How far every active device of an account has merged.
enum Horizon {
    /// Notes that `caller`, who pulls after `sequence`, has merged everything up to `merged`; that
    /// is never taken back.
    ///
    /// After the server was set back, a device may still count in sequences of the lost history.
    /// So its pulls say nothing until one lies where both histories are the same: at or below
    /// `base`.
    static func raising(
        to merged: Int64, after sequence: Int64, by caller: Caller, epoch: Int
    ) -> SQLStatement {
        SQLStatement(
            """
            UPDATE device SET pulled_epoch = ?2,
                merged = CASE WHEN merged > ?4 THEN merged ELSE ?4 END
            WHERE id = ?3 AND EXISTS (
                SELECT 1 FROM account_head WHERE account_head.account = device.account
                AND ?1 <= seq AND (device.pulled_epoch = ?2 OR ?1 <= base))
            """,
            [sequence, epoch, caller.device.blob, merged])
    }

    /// Whether the caller's pulls count in this epoch: whether it holds this history.
    static func knows(_ caller: Caller, in db: Database) throws -> Bool {
        let epoch = try EpochCheckpoint.Reading(of: db).epoch
        let seen: Int? = try db.value(
            "SELECT pulled_epoch FROM device WHERE id = ?1",
            [caller.device.blob])
        return seen == epoch
    }

    /// The statement that finds the sequence up to which every active device of an account has
    /// merged everything.
    ///
    /// A device that was never seen to pull holds it at 0 while it is new.
    static func statement(of account: AccountID, now: UnixTime) -> SQLStatement {
        let oldest = now.milliseconds - ProtocolLimits.activeDevice.wholeMilliseconds
        return SQLStatement(
            """
            SELECT MIN(coalesce(merged, 0)) AS sequence FROM device
            WHERE account = ?1 AND last_seen >= ?2 AND (merged IS NOT NULL OR joined >= ?2)
            AND NOT EXISTS (
                SELECT 1 FROM ledger_revocation AS r
                WHERE r.account = device.account AND r.device = device.id)
            """,
            [account.blob, oldest])
    }
}

/// Identifies an account's history up to a sequence: where a device holds another hash for a
/// sequence than the server has, the server was set back in between.
///
/// A history only grows at its end, so the same segment, stored at the same sequence at the same
/// moment, has the same ones before it.
struct HistoryHash: FixedBytes {
    static let byteCount = 16

    let bytes: [UInt8]

    init(checked bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The history hash of a sequence.
    ///
    /// - Parameters:
    ///   - hash: The digest of the segment there.
    ///   - received: When it was stored, in milliseconds since 1970 UTC.
    init(of sequence: Int64, hash: SignedObjects.Digest, received: Int64) {
        var digest = SHA256()
        for number in [sequence, received] {
            withUnsafeBytes(of: number.bigEndian) { digest.update(bufferPointer: $0) }
        }
        digest.update(data: hash.bytes)
        bytes = Array(digest.finalize().prefix(Self.byteCount))
    }
}
