"""The floor: the rows that a push or a settle leaves, written by the databases' own programs."""

import pathlib
import re
import subprocess
import time

from postgres import program

TABLES = """
CREATE TABLE nonce (nonce BLOB NOT NULL, device BLOB NOT NULL, time INTEGER NOT NULL,
    PRIMARY KEY (nonce, device));
CREATE TABLE rate (bucket TEXT PRIMARY KEY NOT NULL, minute INTEGER NOT NULL,
    count INTEGER NOT NULL);
CREATE TABLE device (id BLOB PRIMARY KEY NOT NULL, last_seen INTEGER NOT NULL);
CREATE TABLE account_head (account BLOB PRIMARY KEY NOT NULL, seq INTEGER NOT NULL);
CREATE TABLE segment (account BLOB NOT NULL, seq INTEGER NOT NULL, replica BLOB NOT NULL,
    number INTEGER NOT NULL, hash BLOB NOT NULL, bytes BLOB NOT NULL, received INTEGER NOT NULL,
    PRIMARY KEY (account, seq));
CREATE UNIQUE INDEX segment_by_replica ON segment (account, replica, number);
CREATE TABLE ledger_credit (account BLOB NOT NULL, credit INTEGER NOT NULL, receipt INTEGER,
    PRIMARY KEY (account, credit));
CREATE TABLE ledger_lease (account BLOB NOT NULL, lease BLOB NOT NULL, document TEXT NOT NULL,
    spend TEXT, PRIMARY KEY (account, lease));
CREATE TABLE ledger_receipt (account BLOB NOT NULL, number INTEGER NOT NULL,
    document TEXT NOT NULL, PRIMARY KEY (account, number));
"""

# {a}: the account, {n}: the number of the row, {b}: that many random bytes, {t}: a text of 600.
COMMON = """
INSERT INTO nonce VALUES ({b16}, {a}, 1);
INSERT INTO rate VALUES ({k}, 1, 1) ON CONFLICT (bucket) DO UPDATE SET count = rate.count + 1;
UPDATE device SET last_seen = {n} WHERE id = {a};
"""
PUSH = COMMON + """
UPDATE account_head SET seq = seq + 1 WHERE account = {a};
INSERT INTO segment VALUES ({a}, {n}, {a}, {n}, {b32}, {b600}, 1);
"""
SETTLE = COMMON + """
INSERT INTO ledger_lease VALUES ({a}, {b16}, {t}, {t});
INSERT INTO ledger_receipt VALUES ({a}, {n}, {t});
INSERT INTO ledger_credit VALUES ({a}, {n}, {n});
"""
BODIES = {"push": PUSH, "settle": SETTLE}


def sqlite(path, kind, accounts, count):
    """Transactions a second of the `sqlite3` shell, each waiting for the disk."""
    setup = "PRAGMA journal_mode = WAL;" + TABLES
    for place in range(accounts):
        setup += f"INSERT INTO device VALUES (x'{place:032x}', 0);"
        setup += f"INSERT INTO account_head VALUES (x'{place:032x}', 0);"
    subprocess.run(["sqlite3", path], input=setup, text=True, check=True, capture_output=True)
    lines = ["PRAGMA synchronous = FULL;"]
    for number in range(count):
        account = number % accounts
        values = {"a": f"x'{account:032x}'", "k": f"'a{account}'", "n": number}
        values |= {f"b{size}": f"randomblob({size})" for size in (16, 32, 600)}
        values["t"] = "hex(randomblob(300))"
        lines.append("BEGIN IMMEDIATE;" + BODIES[kind].format(**values) + "COMMIT;")
    start = time.monotonic()
    subprocess.run(["sqlite3", path], input="\n".join(lines), text=True, check=True,
                   stdout=subprocess.DEVNULL)
    return count / (time.monotonic() - start)


def postgres(folder, cluster, database, kind, accounts, count, clients):
    """Transactions a second of `pgbench -f` with as many clients as a server has connections."""
    address = cluster.make(database)
    tables = TABLES.replace("INTEGER", "BIGINT").replace("BLOB", "BYTEA")
    cluster.sql(
        tables + "CREATE SEQUENCE row_number;"
        "CREATE FUNCTION noise(size int) RETURNS bytea LANGUAGE sql AS $$ SELECT substr("
        "string_agg(decode(md5(random()::text), 'hex'), ''), 1, size)"
        " FROM generate_series(1, size / 16 + 1) $$;"
        f"INSERT INTO device SELECT decode(lpad(to_hex(n), 32, '0'), 'hex'), 0"
        f" FROM generate_series(0, {accounts - 1}) n;"
        f"INSERT INTO account_head SELECT id, 0 FROM device;", database)
    values = {"a": "decode(lpad(to_hex(:a), 32, '0'), 'hex')", "k": "'a' || :a", "n": ":n"}
    values |= {f"b{size}": f"noise({size})" for size in (16, 32, 600)}
    values["t"] = "encode(noise(300), 'hex')"
    script = pathlib.Path(folder) / f"{kind}.pgbench"
    script.write_text(
        f"\\set a random(0, {accounts - 1})\n"
        "SELECT nextval('row_number') AS n \\gset\n"
        "BEGIN;" + BODIES[kind].format(**values) + "COMMIT;\n")
    text = subprocess.run(
        [program("pgbench"), "--no-vacuum", f"--client={clients}", "--jobs=2", f"--file={script}",
         f"--transactions={count // clients}", address],
        check=True, capture_output=True, text=True).stdout
    return float(re.search(r"tps = ([0-9.]+) \(without", text).group(1))
