"""A server on loopback, as the benchmark drives it."""

import os
import pathlib
import re
import subprocess
import tempfile

# The rates are not what is measured.
POLICY = """
listen = "127.0.0.1:0"
log_level = "error"
[credits]
free = 64
[limits]
segments_per_minute = 1_000_000
requests_per_minute = 1_000_000
guest_requests_per_minute = 1_000_000
device_requests_per_minute = 1_000_000
address_requests_per_minute = 1_000_000
accounts_per_address = 1_000_000
device_requests_per_address = 1_000_000
inquiries_per_day = 1_000_000
"""


def processor_seconds(pid):
    """Processor time that a process has used, and those of its children that have ended."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


class Server:
    """Runs inside a `with`."""

    def __init__(self, options, folder, database=None):
        self.program = options.program
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(exist_ok=True)
        (self.folder / "atelier-server.toml").write_text(POLICY)
        self.place = ["--data", str(self.folder)]
        if database:
            self.place += ["--database", database]

    def __enter__(self):
        command = 'ulimit -n "$(ulimit -H -n)"; exec "$@"'
        self.process = subprocess.Popen(
            ["sh", "-c", command, "sh", self.program, "serve", *self.place],
            stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.address = re.search(r"http://\S+", line).group(0)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def invites(self, count):
        """The path of a file with so many invites' codes."""
        codes = subprocess.run(
            [self.program, "invite", "create", "--count", str(count), *self.place],
            check=True, capture_output=True, text=True).stdout
        with tempfile.NamedTemporaryFile(
            "w", dir=self.folder, prefix="invites-", delete=False) as file:
            file.write(codes)
        return file.name

    def _status(self, name):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{name}:\s+(\d+) kB", text).group(1)) * 1024

    def resident(self):
        """Bytes of memory in use now."""
        return self._status("VmRSS")

    def processor_seconds(self):
        """Processor time used so far."""
        return processor_seconds(self.process.pid)

    def peak(self):
        """Bytes of memory in use at most so far."""
        return self._status("VmHWM")
