"""From works to an exported picture in a real browser: Styles, Make and Pictures, offline."""

import os
import pathlib
import sys
import time
import urllib.parse

import browser
import community
import studio

SHOTS = os.environ.get("SHOTS")
NAME = "<b>Valley & co</b>"


def shot(driver, name, width=1280):
    if SHOTS:
        browser.screenshot(driver, pathlib.Path(SHOTS) / f"{name}.png", width)


def ask(driver, path, method="GET", body=None):
    """Asks the page's own API from within the page."""
    return driver.execute_async_script("""
        const [path, method, body, done] = arguments;
        fetch(path, { method, headers: { 'X-Atelier': '1', 'Content-Type': 'application/json' },
            body: body && JSON.stringify(body) }).then(async (answer) =>
                done({ status: answer.status, body: await answer.json().catch(() => null) }));
        """, path, method, body)


def a_style_learns(driver, site):
    driver.get(site + "make")
    studio.click(driver, "Teach a style")
    browser.wait_for(driver, "return document.querySelectorAll('dialog .hang input').length >= 6")
    driver.find_element("id", "style-name-field").send_keys(NAME)
    studio.click(driver, "Tick all shown")
    studio.has_text(driver, "6 works chosen.")
    shot(driver, "styles-teach")
    studio.click(driver, "Teach it")
    browser.wait_for(driver, "return document.querySelector('#style-name')?.textContent"
                             " === arguments[0]", NAME)
    assert driver.execute_script("return !document.querySelector('#style-name b')")
    browser.wait_for(driver, "return document.querySelectorAll('.swatches li').length > 1")
    shot(driver, "styles")


def a_picture_is_compared(driver, folder):
    studio.drop(driver, ".drop", [folder / "work-0.png"])
    browser.wait_for(driver, "return document.querySelectorAll('.meters progress').length === 6")


def a_sketch_becomes_drafts(driver, site):
    driver.get(site + "make")
    browser.wait_for(driver, "return document.querySelector('.paper canvas')?.clientWidth > 0")
    canvas = driver.find_element("css selector", ".paper canvas")
    box = driver.execute_script(
        "const b = arguments[0].getBoundingClientRect(); return [b.left, b.top, b.width, b.height]",
        canvas)
    def mouse(kind, x, y, buttons=1):
        driver.execute_cdp_cmd("Input.dispatchMouseEvent", {
            "type": kind, "x": box[0] + x * box[2], "y": box[1] + y * box[3], "button": "left",
            "buttons": buttons, "clickCount": 1})
    driver.execute_script("document.querySelector('.tools button:nth-child(3)').click()")
    mouse("mousePressed", 0.5, 0.5)
    mouse("mouseReleased", 0.5, 0.5, 0)
    driver.execute_script("document.querySelectorAll('.paint')[1].click();"
                          "document.querySelector('.tools button').click()")
    mouse("mousePressed", 0.1, 0.7)
    for step in range(1, 9):
        mouse("mouseMoved", 0.1 + step * 0.1, 0.7 - 0.02 * (step % 3))
    mouse("mouseReleased", 0.9, 0.7, 0)
    studio.has_text(driver, "The sketch is kept.")
    studio.has_text(driver, "Nine drafts cost 1 of your 2 credits.")
    shot(driver, "make-sketch")
    studio.click(driver, "Draw nine drafts")
    browser.wait_for(driver, "return document.querySelectorAll('.drafts img').length > 0",
                     seconds=240)
    shot(driver, "make-drafts-coming")
    browser.wait_for(driver, "return document.querySelectorAll('.drafts img').length === 9"
                             " && document.querySelector('.drafts input:not(:disabled)')",
                     seconds=240)
    studio.has_text(driver, "1 of 2 credits")


def the_sketch_is_there_again(driver, site):
    driver.get(site + "make")
    browser.wait_for(driver, "return document.querySelector('.layers canvas')")
    browser.wait_for(driver, """
        const canvas = document.querySelector('.layers canvas');
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        return data.some((value) => value > 0);""")


def two_grow_to_pictures(driver):
    driver.execute_script("document.querySelectorAll('.drafts input')[1].click();"
                          "document.querySelectorAll('.drafts input')[4].click()")
    studio.click(driver, "Draw 2 in full")
    browser.wait_for(driver, "return document.querySelector('.growing')?.src.includes('preview')",
                     seconds=240)
    shot(driver, "make-growing")
    browser.wait_for(
        driver, "return document.body.innerText.includes('2 are finished')", seconds=240)
    studio.has_text(driver, "1 of 2 credits")
    shot(driver, "make-finished")


def a_picture_names_its_works(driver, site):
    studio.click(driver, "Look at it")
    browser.wait_for(driver, "return document.querySelectorAll('.legend li').length > 0")
    studio.click(driver, "Where it comes from")
    browser.wait_for(driver, "return document.querySelectorAll('.map path').length > 0",
                     seconds=240)
    # The works in the list are those of the outlines, and the pointer names the one under it.
    works = driver.execute_script(
        "return [...document.querySelectorAll('.map path')].map((p) => p.dataset.work)")
    assert len(works) == len(set(works)) and works
    said = driver.execute_script("""
        const path = document.querySelector('.map path');
        path.dispatchEvent(new PointerEvent('pointermove', { bubbles: true }));
        return document.querySelector('.picture [role=status]').textContent;""")
    assert "gives" in said, said
    shot(driver, "pictures-map")
    studio.click(driver, "Beside another")
    browser.wait_for(driver, "return document.querySelectorAll('.pair img').length === 2")
    shot(driver, "pictures-beside")
    studio.click(driver, "Beside another")
    driver.find_element("css selector", "body").send_keys("4")
    identity = urllib.parse.parse_qs(urllib.parse.urlparse(driver.current_url).query)["id"][0]
    browser.wait_for(driver, "return document.querySelectorAll('[name=rate]')[3].checked")
    rated = ask(driver, f"api/generations/{identity}")["body"]["generation"]
    assert rated["rating"] == 4, rated
    return identity


def the_file_carries_its_mark(driver, folder, identity):
    """Exports with the watermark, as no server has countersigned, and verifies the file."""
    downloads = folder / "downloads"
    downloads.mkdir()
    driver.execute_cdp_cmd("Browser.setDownloadBehavior", {
        "behavior": "allow", "downloadPath": str(downloads)})
    studio.click(driver, "Export…")
    studio.has_text(driver, "What is written into the file")
    studio.has_text(driver, "It stays until the picture is countersigned.")
    shot(driver, "pictures-export")
    studio.click(driver, "Save the file")
    browser.wait_for(driver, "return !document.querySelector('dialog')")
    end = time.monotonic() + browser.PATIENCE
    files = []
    while not files and time.monotonic() < end:
        files = [file for file in downloads.iterdir() if file.suffix == ".png"]
        time.sleep(0.1)
    assert files and files[0].read_bytes().startswith(b"\x89PNG"), list(downloads.iterdir())
    clean = ask(driver, f"api/generations/{identity}/export?watermark=0")
    assert clean["status"] == 403 and clean["body"]["error"]["next"] == "sync", clean
    studio.drop(driver, ".drop", files[:1])
    studio.has_text(driver, "signed by your device")
    shot(driver, "pictures")


def no_credit_is_said_with_the_way_on(driver, site):
    """The second credit goes, and the page says why nothing can be drawn and what helps."""
    driver.get(site + "make?mode=free")
    studio.has_text(driver, "Nine drafts cost your last credit.")
    # Larger than a number that a browser holds exactly.
    driver.find_element("id", "seed").send_keys("9007199254740993")
    studio.click(driver, "Draw nine drafts")
    browser.wait_for(driver, "return document.querySelectorAll('.drafts img').length === 9"
                             " && document.querySelector('.drafts input:not(:disabled)')",
                     seconds=240)
    browser.wait_for(driver, "return document.querySelector('.pay .refusal')")
    shot(driver, "make-no-credit")
    sheets = ask(driver, "api/generations?which=sheets")["body"]["items"]
    assert sheets[0]["seed"] == "9007199254740993", sheets[0]


def a_page_of_a_hostile_site_gets_nothing(driver, site):
    """The API answers no request of another origin, even from this browser."""
    driver.get("data:text/html,<title>hostile</title>")
    answer = driver.execute_async_script("""
        const done = arguments[1];
        fetch(arguments[0] + 'api/styles', { credentials: 'include' })
            .then((a) => a.text().then((text) => done('read ' + text)), () => done('refused'));
        """, site)
    assert answer == "refused", answer


def main():
    with studio.studio(works=6) as page, community.community(page) as _:
        address = page.serve()
        with browser.start(1280, 1000) as driver:
            driver.set_script_timeout(120)
            site = studio.open_page(driver, address)
            for test, values in [
                (a_style_learns, (driver, site)), (a_picture_is_compared, (driver, page.folder)),
                (a_sketch_becomes_drafts, (driver, site)), (two_grow_to_pictures, (driver,)),
            ]:
                test(*values)
                print(f"passed: {test.__name__}")
            identity = a_picture_names_its_works(driver, site)
            print("passed: a_picture_names_its_works")
            the_file_carries_its_mark(driver, page.folder, identity)
            print("passed: the_file_carries_its_mark")
            # The refused export above is in the log, and is meant.
            driver.get_log("browser")
            for test in [the_sketch_is_there_again, no_credit_is_said_with_the_way_on]:
                test(driver, site)
                studio.no_overflow(driver)
                print(f"passed: {test.__name__}")
            studio.no_errors(driver)
            a_page_of_a_hostile_site_gets_nothing(driver, site)
            print("passed: a_page_of_a_hostile_site_gets_nothing")
        page.stop()


if __name__ == "__main__":
    sys.exit(main())
