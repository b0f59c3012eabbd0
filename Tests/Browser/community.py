"""A server of our own for a page that draws: credits come from one."""

import contextlib
import os
import pathlib
import re
import subprocess

import studio

SERVER = os.environ.get(
    "ATELIER_SERVER", str(pathlib.Path(studio.ATELIER).parent / "atelier-server"))


@contextlib.contextmanager
def community(page):
    """Starts a server, and joins it with the page's library: two credits."""
    data = page.folder / "server"
    options = ["--data", str(data)]
    process = subprocess.Popen(
        [SERVER, "serve", "--listen", "127.0.0.1:0", *options], stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True)
    try:
        address = ""
        while not address:
            line = process.stdout.readline()
            assert line, "the server did not start"
            if found := re.search(r"http://[0-9.]+:[0-9]+", line):
                address = found[0]
        invite = subprocess.run(
            [SERVER, "invite", "create", *options], check=True, capture_output=True, text=True)
        code = re.search(r"ati1-[A-Za-z0-9_-]+", invite.stdout)[0]
        page.command("join", address, "--invite", code)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)
