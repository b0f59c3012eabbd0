"""500 files dropped at once: real illustrations of Debian packages, and files that cannot be taken.
Progress, one summary with each reason once, and the list afterwards."""

import os
import pathlib
import struct
import subprocess
import sys
import time

import browser
import studio

SHOTS = os.environ.get("SHOTS")
COUNT = 500
# Campaigns of a game, some 50 MB; `16` on Debian 12, `18` on Debian 13.
PACKAGES = ["httt", "utbs", "tsg", "low"]
SMALLEST = 64


def shot(driver, name):
    if SHOTS:
        browser.screenshot(driver, pathlib.Path(SHOTS) / f"{name}.png", 1280)


def png_size(file):
    """Width and height of a PNG file, by its header."""
    head = file.read_bytes()[:24]
    return struct.unpack(">II", head[16:24]) if head.startswith(b"\x89PNG") else (0, 0)


def illustrations(folder):
    """Pictures of Debian's packages that are large enough; painted ones without a network."""
    folder.mkdir()
    for campaign in PACKAGES:
        for branch in ("1.16", "1.18"):
            done = subprocess.run(["apt-get", "download", f"wesnoth-{branch}-{campaign}"],
                                  cwd=folder, capture_output=True)
            if done.returncode == 0:
                break
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg", "-x", package, folder / "files"], check=True)
    found = [file for file in sorted(folder.glob("files/**/*.png"))
             if min(png_size(file)) >= SMALLEST]
    # The same sprite lies in several folders under one name: drops have names only.
    files, names = [], set()
    for file in found:
        if file.name not in names:
            names.add(file.name)
            files.append(file)
    files = files[:COUNT - 40]
    number = 0
    while len(files) < COUNT - 40:
        number += 1
        files.append(studio.png(folder / f"painted-{number}.png", number, 64 + number, 64 + number))
    return files


def others(folder):
    """40 files that are no work, for three reasons."""
    folder.mkdir()
    files = []
    for number in range(25):
        file = folder / f"notes-{number}.txt"
        file.write_text(f"no picture {number}")
        files.append(file)
    for number in range(10):
        files.append(studio.png(folder / f"icon-{number}.png", number, 16, 16))
    for number in range(5):
        whole = studio.png(folder / f"broken-{number}.png", number)
        whole.write_bytes(whole.read_bytes()[:2_000])
        files.append(whole)
    return files


def main():
    with studio.studio() as page:
        files = illustrations(page.folder / "illustrations") + others(page.folder / "others")
        assert len(files) == COUNT, len(files)
        with browser.start(1280, 900) as driver:
            studio.open_page(driver, page.serve(), "works")
            studio.has_text(driver, "Drop your pictures here")
            studio.drop(driver, "#room", files)
            studio.has_text(driver, f"Whose are these {COUNT} works?")
            begin = time.monotonic()
            studio.click(driver, f"Sign and add {COUNT} works")
            browser.wait_for(driver, "return document.querySelector('progress')?.value > 20")
            shot(driver, "batch-progress")
            browser.wait_for(driver, "return document.querySelector('.card .chip.bad')",
                             seconds=300)
            seconds = time.monotonic() - begin
            text = driver.find_element("css selector", ".card[role=status]").text
            assert "40 not added" in text, text
            reasons = driver.execute_script(
                "return [...document.querySelectorAll('.card .reason')].map((r) => r.innerText)")
            assert len(reasons) == 3, reasons
            assert reasons[0].startswith("25 files") and "PNG, JPEG" in reasons[0], reasons[0]
            assert reasons[1].startswith("10 files") and "16 × 16" in reasons[1], reasons[1]
            assert reasons[2].startswith("5 files") and "damaged" in reasons[2], reasons[2]
            assert "and 17 more" in reasons[0], reasons[0]
            shot(driver, "batch-summary")
            total = driver.execute_async_script(
                "const done = arguments[0];"
                "fetch('api/works?limit=1').then((a) => a.json()).then((a) => done(a.total));")
            known = COUNT - 40 - total
            assert 0 <= known < 60, f"{total} works"
            studio.has_text(driver, f"{total} works.")
            # The refusals are in the log, and are meant.
            driver.get_log("browser")
            studio.no_overflow(driver)
        page.stop()
        print(f"passed: {COUNT} files in {seconds:.0f} s, {total} works, {known} known already")


if __name__ == "__main__":
    sys.exit(main())
