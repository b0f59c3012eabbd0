"""Load on the server: what Scripts/benchmark server runs. See Benchmarks/README.md."""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import floor
import matching
import plans
import seed
from postgres import Cluster
from server import Server

CLIENTS = 64


def say(text):
    print(f"benchmark: {text}", file=sys.stderr, flush=True)


def load(options, server, kind, clients=CLIENTS, each=None):
    """Drives the server; one figure of what `drive-server load` prints."""
    each = each or options.each
    command = [options.driver, "load", "--server", server.address, "--kind", kind,
               "--invites", server.invites(clients), "--clients", str(clients), "--each", str(each)]
    # What it says on standard error is for whoever runs the benchmark.
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def lowest(options, folder, cluster, name, kind, when):
    """Transactions a second of the database's own program with the same rows."""
    count = CLIENTS * options.each // 2
    if name == "sqlite":
        return floor.sqlite(folder / f"floor-{kind}-{when}.sqlite", kind, CLIENTS, count)
    return floor.postgres(folder, cluster, f"floor_{kind}_{when}", kind, CLIENTS, count, 16)


def throughput(options, folder, cluster):
    """Pushes, pulls and settles a second, against the floor of each database."""
    results = []
    for name in ("sqlite", "postgres"):
        database = cluster.make("load") if name == "postgres" else None
        with Server(options, folder / f"load-{name}", database) as server:
            rest = server.resident()
            for kind in ("push", "settle", "pull"):
                say(f"{name}: {kind}")
                # Half of the floor before and half after: what else the machine does changes.
                rates = []
                if kind != "pull":
                    rates.append(lowest(options, folder, cluster, name, kind, "before"))
                result = {"database": name} | load(options, server, kind)
                if kind != "pull":
                    rates.append(lowest(options, folder, cluster, name, kind, "after"))
                    mean = sum(rates) / 2
                    result |= {"floor_per_second": rates, "of_floor": result["per_second"] / mean}
                results.append(result)
            results.append({"database": name, "kind": "memory", "rest_bytes": rest,
                            "peak_bytes": server.peak()})
    return results


def growth(options, folder, cluster):
    """Latency of one client while accounts and stored segments grow, and the query plans."""
    results, problems = [], []
    for name in ("sqlite", "postgres"):
        database = cluster.make("growth") if name == "postgres" else None
        place = folder / f"growth-{name}"
        # The tables are made at the first start.
        Server(options, place, database).__enter__().__exit__()
        accounts, segments = 0, 0
        for wanted_accounts, wanted_segments in options.sizes:
            say(f"{name}: {wanted_accounts} accounts, {wanted_segments} segments")
            last, per = wanted_accounts - 1, 0
            if wanted_segments > segments:
                per = (wanted_segments - segments) // (wanted_accounts - accounts)
            args = (accounts, last, max(per, 1) if per else 0, per > 0)
            if name == "sqlite":
                seed.sqlite(place / "server.sqlite", *args)
            else:
                seed.postgres(cluster, "growth", *args)
            accounts, segments = wanted_accounts, wanted_segments
            with Server(options, place, database) as server:
                for kind in ("push", "settle", "pull"):
                    before = server.processor_seconds() + cluster.processor_seconds()
                    figures = load(options, server, kind, clients=1, each=options.alone)
                    after = server.processor_seconds() + cluster.processor_seconds()
                    figures["cpu_ms"] = (after - before) * 1000 / figures["count"]
                    results.append({"database": name, "accounts": accounts,
                                    "segments": segments} | figures)
        if name == "sqlite":
            found = plans.sqlite(place / "server.sqlite")
        else:
            found = plans.postgres(cluster, "growth")
        problems += [f"{name}: {text}" for text in found]
    return results, problems


def watching(options, folder):
    """Memory of a server whose watchers do nothing."""
    with Server(options, folder / "watch") as server:
        before = server.resident()
        process = subprocess.Popen(
            [options.driver, "watch", "--server", server.address, "--count", str(options.watchers),
             "--invites", server.invites(options.watchers // 50 + 1)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = process.stdout.readline()
        if "watching" not in line:
            raise SystemExit("The watchers were not let in.")
        after = server.resident()
        process.stdin.close()
        process.wait()
    return {"watchers": options.watchers, "before_bytes": before, "after_bytes": after,
            "bytes_per_watcher": (after - before) / options.watchers}


def measure(options, folder, cluster):
    """Every part, or the one that was asked for."""
    results = {}
    if options.part in (None, "throughput"):
        results["throughput"] = throughput(options, folder, cluster)
    if options.part in (None, "growth"):
        results["growth"], results["plans"] = growth(options, folder, cluster)
    if options.part in (None, "matching"):
        results["matching"] = matching.measure(options, folder, cluster, Server, load, say)
    if options.part in (None, "watching"):
        say("watchers")
        results["watching"] = watching(options, folder)
    return results


def report(results):
    """The figures as text."""
    for row in results.get("throughput", []):
        if row["kind"] == "memory":
            print(f"{row['database']:9} memory  {row['rest_bytes'] >> 20} MiB at rest, "
                  f"{row['peak_bytes'] >> 20} MiB at most")
            continue
        line = (f"{row['database']:9} {row['kind']:7} {row['per_second']:7.0f} a second, "
                f"p50 {row['p50_ms']:.1f} ms, p99 {row['p99_ms']:.1f} ms, "
                f"{row['failures']} failures")
        if "of_floor" in row:
            rates = " and ".join(f"{rate:.0f}" for rate in row["floor_per_second"])
            line += f"; floor {rates}, {row['of_floor']:.2f} of it"
        print(line)
    for row in results.get("growth", []):
        print(f"{row['database']:9} {row['accounts']:7} accounts {row['segments']:8} segments "
              f"{row['kind']:7} p50 {row['p50_ms']:.2f} ms, p99 {row['p99_ms']:.2f} ms, "
              f"{row['cpu_ms']:.1f} ms of processor")
    for text in results.get("plans", []):
        print(text)
    if "matching" in results:
        matching.report(*results["matching"])
    if "watching" not in results:
        return
    watch = results["watching"]
    print(f"{watch['watchers']} watchers: {watch['bytes_per_watcher'] / 1024:.1f} KiB each, "
          f"{watch['after_bytes'] >> 20} MiB in all")


def main():
    parser = argparse.ArgumentParser(prog="Scripts/benchmark server")
    parser.add_argument("--program", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--driver", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--part", choices=["throughput", "growth", "matching", "watching"],
                        help="one part alone")
    parser.add_argument("--quick", action="store_true", help="small sizes: does it run at all?")
    parser.add_argument("--bands", action="store_true",
                        help="for matching, also by bands in SQL: some minutes")
    options = parser.parse_args()
    options.each = 8 if options.quick else 64
    options.alone = 10 if options.quick else 63
    options.watchers = 50 if options.quick else 2000
    options.fingerprints = [1000] if options.quick else [10_000, 100_000, 1_000_000]
    options.sizes = [(1000, 1000), (2000, 4000)] if options.quick else [
        (1_000, 1_000), (10_000, 100_000), (100_000, 1_000_000)]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        cluster = Cluster(folder / "postgres")
        try:
            results = measure(options, folder, cluster)
        finally:
            cluster.stop()
    if options.json:
        print(json.dumps(results, indent=2, sort_keys=True))
    else:
        report(results)


if __name__ == "__main__":
    main()
