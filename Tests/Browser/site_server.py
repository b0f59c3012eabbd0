"""Serves the page's files without a library, for tests of what needs none: the sketch pad.

Sketches are kept in memory under the addresses that the real page has.
"""

import json
import pathlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ROOT = pathlib.Path(__file__).resolve().parents[2]
SITE = ROOT / "Sources/Studio/Site"
SHARED = ROOT / "Sources/PageParts/Site"
CATALOGUE = ROOT / "Sources/Messages/Catalogue"
TYPES = {
    ".css": "text/css", ".js": "text/javascript", ".html": "text/html; charset=utf-8",
    ".svg": "image/svg+xml", ".json": "application/json",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def texts(language):
    """The catalogue of a language as the page asks for it."""
    merged = {}
    for file in sorted((CATALOGUE / language).glob("*.json")):
        for key, text in json.loads(file.read_text()).items():
            merged[f"{file.stem}.{key}"] = text
    return merged


class Handler(BaseHTTPRequestHandler):
    """Answers from the folders, and keeps sketches in the server's dictionary."""

    def answer(self, status, body=b"", kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        path = self.path.split("?")[0].removeprefix("/page/")
        if path.startswith("api/sketches/"):
            kept = self.server.kept.get(path)
            return self.answer(200, *kept) if kept else self.answer(204)
        if match := re.fullmatch(r"messages/(en|ja|it)\.json", path):
            return self.answer(200, json.dumps(texts(match[1])).encode())
        folder = ROOT / "Tests/Browser" if path.startswith("pad") else SITE
        if not (folder / path).is_file():
            folder = SHARED
        file = (folder / path).resolve()
        if not file.is_relative_to(folder) or not file.is_file():
            return self.answer(404, b"{}")
        return self.answer(200, file.read_bytes(), TYPES.get(file.suffix, "text/plain"))

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.kept[self.path.removeprefix("/page/")] = (body, self.headers["Content-Type"])
        self.answer(204)

    def do_DELETE(self):
        self.server.kept.pop(self.path.removeprefix("/page/"), None)
        self.answer(204)

    def log_message(self, *_):
        """Tests print what matters themselves."""


def start(port=0):
    """Starts a server in a thread; its address is `http://127.0.0.1:PORT/page/`."""
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.kept = {}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
