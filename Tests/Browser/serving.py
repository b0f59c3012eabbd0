"""Starts a server and waits until it says where it listens."""

import os
import pathlib
import re
import subprocess

import studio

SERVER = os.environ.get(
    "ATELIER_SERVER", str(pathlib.Path(studio.ATELIER).parent / "atelier-server"))


def serve(pattern, *options):
    """Starts a server on any port; returns it, and what a pattern finds in the lines that it
    prints."""
    process = subprocess.Popen(
        [SERVER, "serve", "--listen", "127.0.0.1:0", *map(str, options)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    while True:
        line = process.stdout.readline()
        assert line, "the server did not start"
        if found := re.search(pattern, line):
            return process, found[0]


def command(options, *arguments):
    """Runs a command of the operator and returns what it printed."""
    return subprocess.run([SERVER, *map(str, arguments), *map(str, options)], check=True,
                          capture_output=True, text=True).stdout


def stop(process):
    """Ends a server that was started."""
    process.terminate()
    process.wait(timeout=20)
