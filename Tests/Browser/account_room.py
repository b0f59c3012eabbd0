"""Account in a real browser, with a real server: sync, a second device by its six words, a
conflict, a suspension, an appeal, and a server that is away."""

import os
import pathlib
import re
import sys

import browser
import community
import serving
import studio

SHOTS = os.environ.get("SHOTS")


def shot(driver, name, width=1280):
    if SHOTS:
        browser.screenshot(driver, pathlib.Path(SHOTS) / f"{name}.png", width)


def server(page, *arguments):
    """Runs a command of the operator."""
    return serving.command(["--data", page.folder / "server"], *arguments)


def syncs(driver):
    studio.has_text(driver, "lent to this device")
    studio.click(driver, "Sync now")
    studio.has_text(driver, "countersigned")
    shot(driver, "account")


def a_second_device_joins(driver, page, address):
    account = driver.execute_script(
        "return [...document.querySelectorAll('code')].map((c) => c.textContent)"
        ".find((text) => /^[0-9a-f]{32}$/.test(text))")
    second = studio.Studio(page.folder)
    second.home = page.folder / "second"
    told = second.command("devices", "request", address, account, "--device-name", "tablet")
    words = re.search(r"devices approve (.+)", told)[1].strip()
    field = driver.find_element("css selector", "input[name=words]")
    field.send_keys("one two three four five six")
    studio.click(driver, "Let it in")
    browser.wait_for(driver, "return document.querySelector('.refusal')")
    field.clear()
    field.send_keys(words)
    studio.click(driver, "Let it in")
    studio.has_text(driver, "“tablet” is in.")
    browser.wait_for(driver, "return [...document.querySelectorAll('li')]"
                             ".some((li) => li.textContent.includes('tablet'))")
    second.command("sync")
    return second


def the_second_device_shows_previews(second):
    listed = second.command("works", "list", "--json")
    assert len(re.findall(r'"preview" : "[0-9a-f]{34,50}"', listed)) == 2, listed
    with browser.start(1280, 900) as driver:
        studio.open_page(driver, second.serve(), "works")
        browser.wait_for(
            driver, "return document.querySelectorAll('.hang canvas.blur').length === 2")
        colours = driver.execute_script("""
            const canvas = document.querySelector('.hang canvas.blur');
            const data = canvas.getContext('2d').getImageData(
                0, 0, canvas.width, canvas.height).data;
            return new Set(new Uint32Array(data.buffer)).size;""")
        assert colours > 100, f"a preview shows {colours} colours"
        studio.has_text(driver, "on desk")
        shot(driver, "works-elsewhere")
        driver.find_element("css selector", ".hang a").click()
        browser.wait_for(driver, "return document.querySelector('.view canvas.blur')")
        shot(driver, "work-elsewhere")
        studio.no_errors(driver)
    second.stop()


def a_conflict_is_settled(driver, page, second):
    work = re.search(r"\"id\" : \"([0-9a-f]{32})\"", page.command("works", "list", "--json"))[1]
    page.command("sync")
    second.command("sync")
    page.command("works", "edit", work, "--title", "Before the storm")
    second.command("works", "edit", work, "--title", "Storm coming")
    second.command("sync")
    page.command("sync")
    driver.refresh()
    studio.has_text(driver, "Two versions of one thing")
    shot(driver, "account-conflict")
    studio.click(driver, "Use this one")
    browser.wait_for(driver, "return !document.querySelector('.conflict')")


def a_device_is_revoked(driver):
    studio.click(driver, "Revoke…")
    studio.has_text(driver, "This cannot be undone.")
    assert driver.execute_script(
        "return document.activeElement.textContent === 'Cancel'"), "Return alone revokes nothing"
    studio.click(driver, "Revoke it")
    studio.has_text(driver, "“tablet” is revoked.")


def a_suspension_is_told(driver, page):
    account = re.search(r"\b[0-9a-f]{32}\b", server(page, "accounts", "list"))[0]
    server(page, "accounts", "suspend", account, "--reason", "unlicensed-works",
           "--message", "Where is the mill from?")
    driver.refresh()
    studio.has_text(driver, "Backup")
    studio.click(driver, "Sync now")
    studio.has_text(driver, "Suspended")
    studio.has_text(driver, "Where is the mill from?")
    shot(driver, "account-suspended")


def a_server_that_is_away(driver):
    driver.refresh()
    browser.wait_for(driver, "return document.querySelector('dl.facts dt')")
    studio.click(driver, "Sync now")
    browser.wait_for(driver, "return document.querySelector('.refusal')")
    studio.has_text(driver, "Suspended")
    shot(driver, "account-away")


def main():
    with studio.studio(works=2) as page:
        with community.community(page) as address:
            with browser.start(1280, 900) as driver:
                studio.open_page(driver, page.serve(), "account")
                syncs(driver)
                second = a_second_device_joins(driver, page, address)
                the_second_device_shows_previews(second)
                a_conflict_is_settled(driver, page, second)
                a_device_is_revoked(driver)
                a_suspension_is_told(driver, page)
                studio.no_overflow(driver)
            page.stop()
        with browser.start(1280, 900) as driver:
            studio.open_page(driver, page.serve(), "account")
            a_server_that_is_away(driver)
        print("passed: sync, second device, conflict, revocation, suspension, server away")


if __name__ == "__main__":
    sys.exit(main())
