"""Registrations among many fingerprints, and the way that was not taken: candidate bands in SQL.

The server keeps an index in memory that follows the table. The other way is a table of sixteen
bands of sixteen bits for each fingerprint, of which two fingerprints with at most 31 differing bits
share one, or differ in it by one bit.
"""

import random
import sqlite3
import statistics
import subprocess
import time

BANDS, VALUES, VARIANTS = 16, 1 << 16, 8
QUERIES = 15

SQLITE = """
INSERT INTO fingerprint (fingerprint, quality, kind, owner, account, mark)
    WITH RECURSIVE c(n) AS (SELECT {0} UNION ALL SELECT n + 1 FROM c WHERE n < {1})
    SELECT randomblob(32), 90, 'registration', -n, randomblob(16), random() FROM c;
"""
POSTGRES = """
INSERT INTO fingerprint (fingerprint, quality, kind, owner, account, mark)
    SELECT decode(md5(random()::text) || md5(random()::text), 'hex'), 90, 'registration', -n,
        decode(md5(n::text), 'hex'), (random() * 1e15)::bigint FROM generate_series({0}, {1}) n;
ANALYZE fingerprint;
"""
FIND = """
SELECT b.serial, f.fingerprint FROM fingerprint_band AS b
JOIN fingerprint AS f ON f.serial = b.serial WHERE b.band IN ({0})
"""
PLANS = [
    "SELECT serial, mark FROM fingerprint WHERE serial < 9 ORDER BY serial DESC LIMIT 1",
    "SELECT serial, mark, fingerprint FROM fingerprint WHERE serial >= 7 AND serial < 9"
    " ORDER BY serial LIMIT 4096",
    "SELECT * FROM fingerprint WHERE withdrawn = 0 AND serial IN (1, 2)",
    "UPDATE fingerprint SET withdrawn = 1 WHERE kind = 'registration' AND owner = 1",
    "SELECT * FROM work_registration WHERE account = {b} AND work = {b}",
    "SELECT works_digest, works FROM model_registration WHERE account = {b} AND model = {b}"
    " AND withdrawn IS NULL",
    "SELECT h.subject, h.digest, h.case_number FROM withholding AS h WHERE h.account = {b}"
    " AND (h.subject = 'model' AND h.digest = {b} OR h.subject = 'work' AND EXISTS ("
    "SELECT 1 FROM model_registration_work AS w WHERE w.account = {b} AND w.model = {b}"
    " AND w.work = h.digest))",
    "SELECT t.account, t.model FROM ledger_receipt AS t WHERE t.id = {b}",
]


def seed(name, path, cluster, database, first, last):
    """Fingerprints `first` to `last`, near to no others."""
    if name == "sqlite":
        text = "BEGIN;" + SQLITE.format(first, last) + "COMMIT;"
        subprocess.run(["sqlite3", "-bail", path], input=text, text=True, check=True)
    else:
        cluster.sql(POSTGRES.format(first, last), database)


def bands(fingerprint):
    """The sixteen numbers that a fingerprint is found by."""
    return [place << 16 | fingerprint[2 * place] << 8 | fingerprint[2 * place + 1]
            for place in range(BANDS)]


def question():
    """The bands of eight random fingerprints, and of all that differ in one bit of one."""
    wanted = set()
    for _ in range(VARIANTS):
        for band in bands(random.randbytes(32)):
            wanted.add(band)
            wanted.update(band ^ 1 << bit for bit in range(16))
    return ", ".join(map(str, sorted(wanted)))


def sqlite_bands(path):
    """Milliseconds of a search by bands, candidates, and bytes of the table."""
    db = sqlite3.connect(path)
    before = path.stat().st_size
    db.execute("CREATE TABLE fingerprint_band (band INTEGER NOT NULL, serial INTEGER NOT NULL,"
               " PRIMARY KEY (band, serial)) WITHOUT ROWID")
    rows = db.execute("SELECT serial, fingerprint FROM fingerprint").fetchall()
    for place in range(BANDS):
        # In the table's own order, a band at a time for want of memory.
        pairs = sorted((bands(value)[place], serial) for serial, value in rows)
        with db:
            db.executemany("INSERT INTO fingerprint_band VALUES (?, ?)", pairs)
    del rows, pairs
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    times, counts = [], []
    for _ in range(QUERIES):
        text = FIND.format(question())
        start = time.perf_counter()
        counts.append(len(db.execute(text).fetchall()))
        times.append((time.perf_counter() - start) * 1000)
    size = path.stat().st_size - before
    with db:
        db.execute("DROP TABLE fingerprint_band")
    db.execute("VACUUM")
    db.close()
    return statistics.median(times), statistics.median(counts), size


def postgres_bands(cluster, database):
    """The same in PostgreSQL."""
    cluster.sql("""
        CREATE TABLE fingerprint_band (band BIGINT NOT NULL, serial BIGINT NOT NULL);
        INSERT INTO fingerprint_band SELECT (p::bigint << 16)
            | (get_byte(fingerprint, 2 * p) << 8) | get_byte(fingerprint, 2 * p + 1), serial
            FROM fingerprint, generate_series(0, 15) p ORDER BY 1, 2;
        ALTER TABLE fingerprint_band ADD PRIMARY KEY (band, serial);
        VACUUM ANALYZE fingerprint_band;
    """, database)
    times, counts = [], []
    for _ in range(QUERIES):
        plan = cluster.sql(
            "EXPLAIN (ANALYZE, TIMING OFF) " + FIND.format(question()), database).splitlines()
        times.append(float(plan[-1].split()[2]))
        counts.append(float(plan[0].split("rows=")[-1].split()[0]))
    size = int(cluster.sql("SELECT pg_total_relation_size('fingerprint_band')", database))
    cluster.sql("DROP TABLE fingerprint_band", database)
    return statistics.median(times), statistics.median(counts), size


def plans(name, path, cluster, database):
    """One line a statement: how its rows are found."""
    lines = []
    for statement in PLANS:
        if name == "sqlite":
            text = "EXPLAIN QUERY PLAN " + statement.format(b="x'00'")
            plan = subprocess.run(["sqlite3", path, text], check=True, capture_output=True,
                                  text=True).stdout.splitlines()[1:]
        else:
            text = statement.format(b="'\\x00'::bytea")
            plan = cluster.sql(
                f"SET enable_seqscan = off; EXPLAIN (COSTS OFF) {text}", database).splitlines()
        steps = "; ".join(step.strip(" |`->") for step in plan[:4])
        lines.append(f"{statement[:60]}: {steps}")
    return lines


def measure(options, folder, cluster, Server, load, say):
    """Rows of figures, and the query plans."""
    results, found = [], []
    for name in ("sqlite", "postgres"):
        database = cluster.make("matching") if name == "postgres" else None
        place = folder / f"matching-{name}"
        # The tables are made at the first start.
        with Server(options, place, database) as server:
            rest = server.resident()
        path, count = place / "server.sqlite", 0
        for wanted in options.fingerprints:
            say(f"{name}: {wanted} fingerprints")
            seed(name, path, cluster, "matching", count + 1, wanted)
            count = wanted
            start = time.perf_counter()
            with Server(options, place, database) as server:
                # A server reads them before it listens.
                row = {"database": name, "fingerprints": wanted,
                       "start_ms": (time.perf_counter() - start) * 1000,
                       "index_bytes": server.resident() - rest}
                for kind in ("register", "inquire"):
                    figures = load(options, server, kind, clients=1, each=options.alone)
                    row[kind] = figures if figures["failures"] == 0 else None
            if options.bands:
                say(f"{name}: {wanted} fingerprints by bands")
                row["bands"] = (sqlite_bands(path) if name == "sqlite"
                                else postgres_bands(cluster, "matching"))
            results.append(row)
        found += [f"{name}: {line}" for line in plans(name, path, cluster, "matching")]
    return results, found


def report(results, found):
    """The figures as text."""
    for row in results:
        line = f"{row['database']:9} {row['fingerprints']:8} fingerprints"
        for kind in ("register", "inquire"):
            if row[kind]:
                line += (f", {kind} p50 {row[kind]['p50_ms']:.2f} ms"
                         f" p99 {row[kind]['p99_ms']:.2f} ms")
        line += f"; start {row['start_ms']:.0f} ms, index {row['index_bytes'] >> 20} MiB"
        if "bands" in row:
            took, candidates, size = row["bands"]
            line += f"; bands {took:.1f} ms, {candidates:.0f} candidates, {size >> 20} MiB"
        print(line)
    for line in found:
        print(line)
