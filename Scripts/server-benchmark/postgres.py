"""A PostgreSQL of the benchmark's own in a temporary folder; commits wait for the disk."""

import glob
import os
import pathlib
import shutil
import subprocess

from server import processor_seconds


def program(name):
    """Debian keeps the programs of each version in a folder of their own."""
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))
    return found[-1] if found else name


class Cluster:
    """Runs from its making to `stop`; reached by a socket in its folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        # PostgreSQL does not run as root.
        self.user = []
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
            self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        data = self.folder / "data"
        self.run("initdb", f"--pgdata={data}", "--username=atelier", "--auth=trust", "--no-sync")
        settings = (
            f"-c listen_addresses= -c unix_socket_directories={self.folder}"
            " -c max_connections=200 -c shared_buffers=256MB"
        )
        log = self.folder / "log"
        self.run("pg_ctl", "-D", data, "-l", log, "-o", settings, "-w", "start")

    def run(self, name, *arguments):
        command = [*self.user, program(name), *map(str, arguments)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    def address(self, database):
        return f"postgres://atelier@/{database}?host={self.folder}"

    def make(self, database):
        self.sql(f"CREATE DATABASE {database}", "postgres")
        return self.address(database)

    def sql(self, text, database):
        """Runs statements and returns what `psql` printed."""
        return subprocess.run(
            [program("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", self.address(database)],
            input=text, text=True, check=True, capture_output=True, cwd="/",
        ).stdout

    def processor_seconds(self):
        """Processor time that all its processes have used so far."""
        first = (self.folder / "data" / "postmaster.pid").read_text().split()[0]
        children = subprocess.run(["pgrep", "-P", first], capture_output=True, text=True).stdout
        return sum(map(processor_seconds, [first, *children.split()]))

    def stop(self):
        self.run("pg_ctl", "-D", self.folder / "data", "-m", "fast", "stop")
