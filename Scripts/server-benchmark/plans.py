"""How the databases find the rows of the requests that come most often."""

import subprocess

# As in Sources/Server/Core; a table that is scanned is a request that grows with the server.
STATEMENTS = [
    "SELECT device.account, device.device_key, account.account_key FROM device"
    " JOIN account ON account.id = device.account WHERE device.id = {b}",
    "SELECT l.*, r.serial AS revocation FROM ledger AS l LEFT JOIN ledger_revocation AS r"
    " ON r.account = l.account AND r.device = {b} WHERE l.account = {b}",
    "SELECT document FROM ledger_order WHERE account = {b} AND serial >= 1 AND serial < 65"
    " ORDER BY serial",
    "UPDATE device SET last_seen = 1 WHERE id = {b}",
    "UPDATE account_head SET seq = seq + 1 WHERE account = {b} RETURNING seq",
    "SELECT number, hash, seq FROM chain_tip WHERE account = {b} AND replica = {b}",
    "SELECT seq, hash FROM segment WHERE account = {b} AND replica = {b} AND number = 1",
    "SELECT seq, length(bytes) AS bytes FROM segment"
    " WHERE account = {b} AND seq > 1 AND seq <= 9 ORDER BY seq LIMIT 256",
    "SELECT seq, bytes FROM segment WHERE account = {b} AND seq > 1 AND seq <= 9 ORDER BY seq",
    "SELECT id, coalesce(pulled, 0) AS place FROM device"
    " WHERE account = {b} AND last_seen >= 1 AND (pulled IS NOT NULL OR joined >= 1)",
    "SELECT id, cursor FROM snapshot WHERE account = {b} ORDER BY place",
    "SELECT credit, epoch FROM ledger_credit WHERE account = {b} AND lease IS NULL"
    " AND receipt IS NULL ORDER BY credit LIMIT 4",
    "SELECT l.*, c.epoch AS e FROM ledger_lease AS l LEFT JOIN ledger_credit AS c"
    " ON c.account = l.account AND c.credit = l.credit"
    " WHERE l.account = {b} AND l.phase = 1 ORDER BY l.place",
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
        mark = "SCAN" if any(step.startswith("SCAN") for step in steps) else "ok"
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
