"""A server with its public pages, a device whose artist joined it, and a browser that may speak to
this server alone."""

import contextlib
import json
import pathlib
import shutil
import subprocess
import tempfile

import serving
import studio

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
        self.process, self.address = serving.serve(
            r"http://127\.0\.0\.1:[0-9]+", "--data", self.data)

    def command(self, *arguments):
        """Runs a command of the operator and returns what it printed."""
        return serving.command(["--data", self.data], *arguments)

    def stop(self):
        """Ends the server."""
        if self.process:
            serving.stop(self.process)


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
