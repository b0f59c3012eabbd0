"""Accounts and segments that are there already, written straight into the tables."""

import subprocess

ACCOUNTS = """
INSERT INTO account (id, account_key, created, pin)
    SELECT {id}, {b32}, 1, '' FROM {numbers};
INSERT INTO account_head (account, seq) SELECT {id}, {per} FROM {numbers};
INSERT INTO device (id, account, device_key, name, certificate, joined, last_seen)
    SELECT {id}, {id}, {b32}, 'seed', {t}, 1, 1 FROM {numbers};
INSERT INTO ledger (account, time, free, leased, spent, receipts, known_receipts, receipt_head,
    forks, idle, uncredited, serial)
    SELECT {id}, 1, 2, 0, 0, 0, 0, {b32}, 0, 0, 0, 0 FROM {numbers};
INSERT INTO ledger_credit (account, credit, epoch) SELECT {id}, 0, 0 FROM {numbers};
INSERT INTO ledger_credit (account, credit, epoch) SELECT {id}, 1, 0 FROM {numbers};
"""
SEGMENTS = """
INSERT INTO segment (account, seq, replica, number, hash, bytes, received)
    SELECT {owner}, {place}, {owner}, {place}, {b32}, {b600}, 1 FROM {numbers};
"""


def sqlite(path, first, last, per, segments):
    """Adds the accounts `first` to `last` with `per` segments each, where any are wanted."""
    values = {"id": "unhex(printf('%032x', n))", "per": per, "t": "hex(randomblob(300))"}
    if not _has_unhex(path):
        # Before SQLite 3.41; 16 bytes as text are bytes too.
        values["id"] = "CAST(printf('%016x', n) AS BLOB)"
    values |= {f"b{size}": f"randomblob({size})" for size in (32, 600)}
    numbers = "(WITH RECURSIVE c(n) AS (SELECT {0} UNION ALL SELECT n + 1 FROM c WHERE n < {1})" \
        " SELECT n FROM c)"
    text = "BEGIN;" + ACCOUNTS.format(numbers=numbers.format(first, last), **values)
    if segments:
        count = (last - first + 1) * per
        values["owner"] = values["id"].replace("n)", f"({first} + n / {per}))", 1)
        values["place"] = f"n % {per} + 1"
        text += SEGMENTS.format(numbers=numbers.format(0, count - 1), **values)
    subprocess.run(["sqlite3", "-bail", path], input=text + "COMMIT;", text=True,
                   check=True)


def postgres(cluster, database, first, last, per, segments):
    """The same in PostgreSQL."""
    values = {"id": "decode(lpad(to_hex(n), 32, '0'), 'hex')", "per": per,
              "t": "repeat('A', 600)"}
    values["b32"] = "decode(md5(n::text) || md5(n::text || 'b'), 'hex')"
    values["b600"] = "decode(repeat(md5(n::text), 38), 'hex')"
    text = "BEGIN;" + ACCOUNTS.format(numbers=f"generate_series({first}, {last}) n", **values)
    if segments:
        count = (last - first + 1) * per
        values["owner"] = values["id"].replace("to_hex(n)", f"to_hex({first} + n / {per})")
        values["place"] = f"n % {per} + 1"
        text += SEGMENTS.format(numbers=f"generate_series(0, {count - 1}) n", **values)
    cluster.sql(text + "COMMIT;", database)
    # What so many new rows leave to be done is not what is measured.
    cluster.sql("VACUUM (ANALYZE);", database)
    cluster.sql("CHECKPOINT;", database)


def _has_unhex(path):
    result = subprocess.run(["sqlite3", path, "SELECT unhex('00')"], capture_output=True)
    return result.returncode == 0
