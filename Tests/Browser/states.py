"""What stands in the way, as the page tells it: a work that another artist reserved, the case about
it with a question and its answer, a suspended account that wants to draw, a disk that is full."""

import os
import pathlib
import re
import subprocess
import sys

import browser
import community
import scene
import serving
import studio

SHOTS = os.environ.get("SHOTS")
# Room for a library, and not for many works.
SMALL_DISK = "6m"
FILES = 24


def shot(driver, name):
    if SHOTS:
        browser.screenshot(driver, pathlib.Path(SHOTS) / f"{name}.png", 1280)


def noise(path, side=360):
    """Writes a picture of noise, which takes as many bytes as it has."""
    rows = b"".join(b"\0" + os.urandom(side * 3) for _ in range(side))
    return studio.write_png(path, side, side, rows)


def server(page, *arguments):
    """Runs a command of the operator."""
    return serving.command(["--data", page.folder / "server"], *arguments)


def another_artist_reserves(page, address, picture):
    """A second account of the community adds the picture and reserves it."""
    other = studio.Studio(page.folder)
    other.home = page.folder / "other"
    other.command("init", "--device-name", "easel")
    code = re.search(r"ati1-[A-Za-z0-9_-]+", server(page, "invite", "create"))[0]
    other.command("join", address, "--invite", code)
    other.command("works", "add", picture, "--mine", "--title", "Lighthouse")
    other.command("works", "reserve", "--all")
    other.command("sync")


def a_reserved_work_is_refused(driver, site, picture, language, words):
    driver.get(f"{site}works?lang={language}")
    browser.wait_for(driver, "return document.querySelector('.hang img')")
    studio.drop(driver, "#room", [picture])
    browser.wait_for(driver, "return document.querySelector('form.card button.main')")
    driver.execute_script("document.querySelector('form.card button.main').click()")
    browser.wait_for(driver, "return document.querySelector('.card .reason')")
    told = driver.find_element("css selector", ".card .reason").text
    assert all(word in told for word in words), told
    shot(driver, f"state-reserved-{language}")


def a_case_is_answered(driver, site, page):
    """The artist says that the reservation is wrong, is asked, and answers."""
    driver.get(f"{site}account?lang=en")
    page.command("cases", "contest", "1", "This is my own lighthouse, from my own photo.")
    server(page, "moderator", "add", "ines", "--role", "moderator")
    number = re.search(r"^\s*(\d+)", server(page, "cases", "list"), re.M)[1]
    server(page, "cases", "ask", number, "claimant", "Where did you take the photo?",
           "--as", "ines")
    studio.click(driver, "Sync now")
    studio.has_text(driver, "Where did you take the photo?")
    shot(driver, "state-case")
    driver.find_element("css selector", "textarea").send_keys("At the harbour, last summer.")
    studio.click(driver, "Answer")
    studio.has_text(driver, "At the harbour, last summer.")
    shot(driver, "state-case-answered")


def a_suspended_account_cannot_draw(driver, site, page):
    account = re.search(r"\b[0-9a-f]{32}\b", page.command("status", "--json"))[0]
    server(page, "accounts", "suspend", account, "--reason", "unlicensed-works",
           "--message", "Where is the mill from?")
    driver.get(f"{site}account?lang=en")
    studio.click(driver, "Sync now")
    studio.has_text(driver, "Suspended")
    for language, word in [("en", "suspended"), ("ja", "停止されています"), ("it", "sospeso")]:
        driver.get(f"{site}make?mode=free&lang={language}")
        browser.wait_for(driver, "return document.querySelector('.pay .refusal')")
        told = driver.find_element("css selector", ".pay").text
        assert word in told and "Where is the mill from?" in told, told
        shot(driver, f"state-suspended-{language}")


def a_full_disk_is_told():
    """Adds works to a library on a disk that is too small, then makes room and goes on."""
    if os.geteuid() != 0:
        print("a full disk: skipped, only root can mount a small one")
        return
    with studio.studio(makes_library=False) as page:
        disk = page.folder / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "tmpfs", disk],
                       check=True)
        try:
            page.home = disk / "home"
            page.command("init", "--device-name", "desk")
            files = [noise(page.folder / f"large-{n}.png") for n in range(FILES)]
            with browser.start(1280, 900) as driver:
                studio.open_page(driver, page.serve(), "works")
                studio.drop(driver, "#room", files)
                studio.click(driver, f"Sign and add {FILES} works")
                browser.wait_for(driver, "return document.querySelector('.card .reason')",
                                 seconds=120)
                told = driver.find_element("css selector", ".card").text
                assert "The library's folder cannot be written: the disk is full" in told, told
                assert len(re.findall("cannot be written", told)) == 1, told
                added = int(re.search(r"(\d+) works? added", told)[1])
                left = int(re.search(r"Try the other (\d+) again", told)[1])
                assert added + left == FILES, told
                shot(driver, "state-disk-full")
                subprocess.run(["mount", "-o", "remount,size=200m", disk], check=True)
                studio.click(driver, f"Try the other {left} again")
                studio.has_text(driver, f"{left} works added")
            page.stop()
        finally:
            subprocess.run(["umount", "-l", disk], check=True)


def main():
    with studio.studio(works=2) as page, community.community(page) as address:
        page.command("models", "train", "Mill", "--all")
        # A reservation needs a picture with enough in it to be known again.
        picture = scene.paint("paint-landscapes", page.folder / "painted", "--count", "1")[0]
        another_artist_reserves(page, address, picture)
        page.command("sync")
        with browser.start(1280, 900) as driver:
            site = studio.open_page(driver, page.serve())
            a_reserved_work_is_refused(driver, site, picture, "ja", ["留保", "256ビット"])
            a_reserved_work_is_refused(driver, site, picture, "en", ["does not want that others"])
            a_case_is_answered(driver, site, page)
            a_suspended_account_cannot_draw(driver, site, page)
            studio.no_overflow(driver)
        page.stop()
    a_full_disk_is_told()
    print("passed: reserved, case with an answer, suspended, disk full")


if __name__ == "__main__":
    sys.exit(main())
