"""A server with its public pages, a device whose artist joined it, and a browser that may speak to
this server alone."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import studio

SERVER = os.environ.get(
    "ATELIER_SERVER", str(pathlib.Path(studio.ATELIER).parent / "atelier-server"))
LANGUAGES = ("en", "ja", "it")
PAGES = ("", "rights", "rights/case", "verify", "report")
POLICY = 'public_report = "on"\noperator = "<b>The harbour</b>"\nregistration = "open"\n'


class Site:
    """A folder with the data of a server, and the server on it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "server"
        self.process = None
        self.address = ""

    def serve(self):
        """Starts the server, whose policy shows the report."""
        self.data.mkdir(parents=True)
        (self.data / "atelier-server.toml").write_text(POLICY, encoding="utf-8")
        self.process = subprocess.Popen(
            [SERVER, "serve", "--listen", "127.0.0.1:0", "--data", str(self.data)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        while not self.address:
            line = self.process.stdout.readline()
            assert line, "the server did not start"
            if found := re.search(r"http://127\.0\.0\.1:[0-9]+", line):
                self.address = found[0]

    def command(self, *arguments):
        """Runs a command of the operator and returns what it printed."""
        return subprocess.run(
            [SERVER, *map(str, arguments), "--data", str(self.data)], check=True,
            capture_output=True, text=True).stdout

    def stop(self):
        """Ends the server."""
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=20)


@contextlib.contextmanager
def site():
    """A server in a new folder, which is deleted afterwards."""
    folder = tempfile.mkdtemp(prefix="atelier-public-")
    made = Site(folder)
    try:
        made.serve()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


def verdict(page, file, key):
    """What the command says of a picture to somebody who has no library, but a server's key."""
    words = [studio.ATELIER, "verify", str(file), "--json", "--server-key", key,
             "--home", str(page.folder / "nobody")]
    told = subprocess.run(words, capture_output=True, text=True, check=False)
    assert told.stdout, (file, told.stderr)
    return json.loads(told.stdout)


def foreign_requests(driver, address):
    """What the browser asked of anybody but this server, by its performance log."""
    asked = set()
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            asked.add(message["params"]["request"]["url"])
    return sorted(url for url in asked
                  if not url.startswith((address + "/", "blob:" + address, "data:,", "about:")))
