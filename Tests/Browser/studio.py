"""Starts the real `atelier ui` on a library that the real commands make."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import tempfile
import zlib

import browser

ROOT = pathlib.Path(__file__).resolve().parents[2]
ATELIER = os.environ.get("ATELIER", str(ROOT / ".build/release/atelier"))


def png(path, shade, width=240, height=180):
    """Writes a picture that differs by its shade; returns the path."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            hill = y > height * (0.55 + 0.15 * ((x * (shade % 7 + 2) // width) % 2))
            rows += bytes(((shade * 37 + x) % 256, 90 + 60 * hill, (shade * 91 + y) % 256))
    return write_png(path, width, height, bytes(rows))


def write_png(path, width, height, rows):
    """Writes rows of RGB, each after its filter's byte, as a PNG file; returns the path."""
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path = pathlib.Path(path)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
                     + chunk(b"IDAT", zlib.compress(rows, 6)) + chunk(b"IEND", b""))
    return path


class Studio:
    """A folder with a library, and the page on it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.home = self.folder / "home"
        self.process = None

    def command(self, *arguments):
        """Runs `atelier` and returns what it printed."""
        words = [ATELIER, *map(str, arguments), "--home", str(self.home)]
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout

    def add_works(self, count):
        """Adds pictures by the command."""
        files = [png(self.folder / f"work-{n}.png", n) for n in range(count)]
        self.command("works", "add", *files, "--mine")

    def serve(self):
        """Starts the page; returns an address that opens it once."""
        self.process = subprocess.Popen(
            [ATELIER, "ui", "--no-browser", "--json", "--home", str(self.home)],
            stdout=subprocess.PIPE, text=True)
        return json.loads(self.process.stdout.readline())["address"]

    def serve_again(self):
        """Ends the page and starts it anew: an address opens it in one browser only."""
        self.stop()
        return self.serve()

    def stop(self):
        """Ends the page as Ctrl-C does; it must not take long."""
        if not self.process:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            assert self.process.wait(timeout=20) in (0, 130)
        finally:
            self.process.kill()
            self.process = None


@contextlib.contextmanager
def studio(works=0, makes_library=True):
    """A page in a new folder, which is deleted afterwards."""
    folder = tempfile.mkdtemp(prefix="atelier-browser-")
    page = Studio(folder)
    try:
        if makes_library:
            page.command("init", "--device-name", "desk")
        if works:
            page.add_works(works)
        yield page
    finally:
        if page.process:
            page.process.kill()
        shutil.rmtree(folder, ignore_errors=True)


def open_page(driver, address, room=""):
    """Opens the page by its ticket, then a room; returns the address of the site."""
    driver.get(address)
    browser.wait_for(driver, "return !location.pathname.startsWith('/open')"
                             " && document.readyState === 'complete'")
    site = driver.execute_script("return new URL('.', location.href).href")
    if room:
        driver.get(site + room)
    return site


def drop(driver, selector, files):
    """Drops files on an element, as from a folder of the desktop."""
    driver.execute_script("""
        const input = document.createElement('input');
        input.type = 'file'; input.multiple = true; input.id = 'dropped';
        input.hidden = true; document.body.append(input);""")
    driver.find_element("id", "dropped").send_keys("\n".join(map(str, files)))
    driver.execute_script("""
        const transfer = new DataTransfer();
        const input = document.getElementById('dropped');
        for (const file of input.files) transfer.items.add(file);
        input.remove();
        const target = document.querySelector(arguments[0]);
        for (const name of ['dragenter', 'dragover', 'drop']) {
            target.dispatchEvent(new DragEvent(name, {
                bubbles: true, cancelable: true, dataTransfer: transfer }));
        }""", selector)


def click(driver, text, within="document"):
    """Presses the button or link with a text, once it is there."""
    browser.wait_for(driver, f"""
        const all = [...{within}.querySelectorAll('button, a, label.button')];
        const found = all.find((e) => e.textContent.trim() === arguments[0] && !e.disabled
            && e.getClientRects().length);
        if (found) found.click();
        return Boolean(found);""", text)


def has_text(driver, text):
    """Waits until the page shows a text."""
    browser.wait_for(driver, "return document.body.innerText.includes(arguments[0])", text)


def no_errors(driver, *expected):
    """The browser complained of nothing since the last look but what is expected."""
    errors = [entry["message"] for entry in driver.get_log("browser")
              if entry["level"] == "SEVERE"
              and not any(text in entry["message"] for text in ("favicon", *expected))]
    assert not errors, errors


def no_overflow(driver):
    """The page is as wide as its window."""
    wide = driver.execute_script(
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"the page is {wide} px wider than its window"
