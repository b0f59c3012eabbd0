"""How the databases find the rows of the requests that come most often."""

import subprocess

# As in Sources/Server/Core; a table that is scanned is a request that grows with the server.
STATEMENTS = [
    "SELECT device.account, device.device_key, account.account_key, account.state FROM device"
    " JOIN account ON account.id = device.account WHERE device.id = {b}",
    "INSERT INTO rate (bucket, until, count) VALUES ('a', 1, 1), ('b', 1, 1)"
    " ON CONFLICT (bucket) DO UPDATE SET count = CASE WHEN rate.until = excluded.until"
    " THEN rate.count + 1 ELSE 1 END, until = excluded.until RETURNING bucket, count",
    "INSERT INTO nonce (nonce, device, time) VALUES ({b}, {b}, 1)"
    " ON CONFLICT (nonce, device) DO NOTHING",
    "SELECT l.*, r.serial AS revocation FROM ledger AS l LEFT JOIN ledger_revocation AS r"
    " ON r.account = l.account AND r.device = {b} WHERE l.account = {b}",
    "SELECT document FROM ledger_order WHERE account = {b} AND serial >= 1 AND serial < 65"
    " ORDER BY serial",
    "UPDATE device SET last_seen = 1 WHERE id = {b} AND account = {b}"
    " RETURNING (SELECT state FROM account WHERE id = {b}) AS state",
    "UPDATE account_head SET seq = seq + 1 WHERE account = {b} RETURNING seq",
    "SELECT number, hash, seq FROM chain_tip WHERE account = {b} AND replica = {b}",
    "SELECT seq, hash FROM segment WHERE account = {b} AND replica = {b} AND number = 1",
    "SELECT seq, length(bytes) AS bytes FROM segment"
    " WHERE account = {b} AND seq > 1 AND seq <= 9 ORDER BY seq LIMIT 256",
    "SELECT seq, bytes FROM segment WHERE account = {b} AND seq > 1 AND seq <= 9 ORDER BY seq",
    "SELECT MIN(coalesce(merged, 0)) AS sequence FROM device"
    " WHERE account = {b} AND last_seen >= 1 AND (pulled IS NOT NULL OR joined >= 1)"
    " AND NOT EXISTS (SELECT 1 FROM ledger_revocation AS r"
    " WHERE r.account = device.account AND r.device = device.id)",
    "UPDATE device SET pulled_epoch = 1, merged = CASE WHEN merged > 1 THEN merged ELSE 1 END"
    " WHERE id = {b} AND EXISTS (SELECT 1 FROM account_head"
    " WHERE account_head.account = device.account AND 1 <= seq"
    " AND (device.pulled_epoch = 1 OR 1 <= base))",
    "SELECT id, cursor, chunks, started, completed, leaving FROM snapshot"
    " WHERE account = {b} ORDER BY row_id",
    "SELECT kind, reason, words, until FROM service_order ORDER BY id DESC LIMIT 1",
    "SELECT document FROM audit_head WHERE name = 'audit'",
    "INSERT INTO ledger_credit (account, credit, epoch, lease, receipt)"
    " VALUES ({b}, 1, 1, NULL, NULL) ON CONFLICT (account, credit) DO UPDATE"
    " SET epoch = excluded.epoch, lease = excluded.lease, receipt = excluded.receipt",
    "UPDATE ledger_lease SET spend = NULL WHERE account = {b} AND lease = {b}",
    "DELETE FROM nonce WHERE time < 1",
    "DELETE FROM rate WHERE until <= 1",
    "SELECT credit, epoch FROM ledger_credit WHERE account = {b} AND lease IS NULL"
    " AND receipt IS NULL ORDER BY credit LIMIT 4",
    "SELECT l.*, c.epoch AS e FROM ledger_lease AS l LEFT JOIN ledger_credit AS c"
    " ON c.account = l.account AND c.credit = l.credit"
    " WHERE l.account = {b} AND l.phase = 1 ORDER BY l.row_id",
    "SELECT * FROM ledger_lease WHERE account = {b} AND lease = {b}",
    "SELECT * FROM ledger_lease WHERE account = {b} AND device = {b} AND journal = {b}"
    " AND number = 1",
    "SELECT document FROM ledger_receipt WHERE account = {b} AND number = 1",
]


def sqlite(path):
    """One line a statement: what SQLite does."""
    lines = []
    for statement in STATEMENTS:
        text = statement.format(b="x'00'")
        plan = subprocess.run(
            ["sqlite3", path, f"EXPLAIN QUERY PLAN {text}"], check=True, capture_output=True,
            text=True).stdout
        steps = [step.strip(" |`-") for step in plan.splitlines()[1:]]
        # The last row by the table's own order is found without looking at another one.
        is_last = "LIMIT 1" in text and "USE TEMP B-TREE" not in plan
        scans = [step for step in steps if step.startswith("SCAN") and "CONSTANT" not in step]
        mark = "SCAN" if scans and not is_last else "ok"
        lines.append(f"{mark:4} {text[:60]}: {'; '.join(steps)}")
    return lines


def postgres(cluster, database):
    """One line a statement: what PostgreSQL does."""
    lines = []
    for statement in STATEMENTS:
        text = statement.format(b="'\\x00'::bytea")
        # A table of a few rows is read whole, whatever index it has: that is not asked.
        plan = cluster.sql(f"SET enable_seqscan = off; EXPLAIN (COSTS OFF) {text}", database)
        steps = [step.strip(" ->") for step in plan.splitlines()]
        scans = [step for step in steps if step.startswith("Seq Scan")]
        lines.append(f"{'SCAN' if scans else 'ok':4} {text[:60]}: {'; '.join(steps[:3])}")
    return lines
