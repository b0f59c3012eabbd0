"""The first run in a real browser: words before anything is made, staying alone, safety."""

import os
import pathlib
import sys
import urllib.error
import urllib.request

import browser
import studio

SHOTS = os.environ.get("SHOTS")


def shot(driver, name, width=1280):
    if SHOTS:
        browser.screenshot(driver, pathlib.Path(SHOTS) / f"{name}.png", width)


def words_come_before_the_library(driver, page):
    studio.has_text(driver, "Make your library")
    shot(driver, "start-library")
    studio.click(driver, "Show me the words")
    studio.has_text(driver, "Write these words on paper now")
    words = driver.execute_script(
        "return [...document.querySelectorAll('ol.words li')].map((li) => li.textContent)")
    assert len(words) == 24 and all(words)
    assert not (page.home / "keys").exists(), "nothing is made before the words are written down"
    shot(driver, "start-words")
    studio.click(driver, "I have written them down")
    studio.has_text(driver, "It will never see")
    assert (page.home / "keys" / "device.key").exists()
    shot(driver, "start-join")


def a_server_that_is_away_is_told(driver):
    driver.find_element("css selector", "input[name=server]").send_keys("http://127.0.0.1:9")
    studio.click(driver, "Join")
    browser.wait_for(driver, "return document.querySelector('.refusal')")
    shot(driver, "start-refused")
    studio.click(driver, "Stay alone for now")
    studio.has_text(driver, "Drop your pictures here")


def account_alone(driver, site):
    driver.get(site + "account")
    studio.has_text(driver, "This library belongs to no community yet.")
    studio.click(driver, "Check now")
    studio.has_text(driver, "Whole")
    shot(driver, "account-alone")


def others_get_nothing(driver, page, site):
    address = site.split("/")[2]
    for path, headers in [
        ("/", {}), ("/api/status", {}), ("/" + site.split("/")[3] + "/api/status", {}),
        ("/api/status", {"Cookie": "atelier=1"}), ("/", {"Host": "evil.example"}),
    ]:
        request = urllib.request.Request(f"http://{address}{path}", headers=headers)
        try:
            urllib.request.urlopen(request)
            raise AssertionError(f"{path} {headers} was answered")
        except urllib.error.HTTPError as error:
            assert error.code in (403, 421), error.code
    # A page of another origin in the same browser: the cookie is there, the page gets nothing.
    driver.get("data:text/html,<p>hostile")
    outcome = driver.execute_async_script(
        "const done = arguments[1];"
        "fetch(arguments[0] + 'api/status', {credentials: 'include'})"
        ".then((r) => done('read ' + r.status), () => done('refused'))", site)
    assert outcome == "refused", outcome
    outcome = driver.execute_async_script(
        "const done = arguments[1];"
        "fetch(arguments[0] + 'api/trash/00/restore',"
        " {method: 'POST', mode: 'no-cors', credentials: 'include'})"
        ".then((r) => done(r.type), () => done('refused'))", site)
    assert outcome in ("refused", "opaque"), outcome
    framed = driver.execute_async_script(
        "const done = arguments[1]; const f = document.createElement('iframe');"
        "f.src = arguments[0]; f.onload = () => { let t = 'none';"
        " try { t = f.contentDocument.body.innerText } catch { t = 'none' } done(t) };"
        "document.body.append(f)", site)
    assert "Atelier" not in framed, framed


def main():
    with studio.studio(makes_library=False) as page:
        with browser.start(1280, 900) as driver:
            site = studio.open_page(driver, page.serve())
            words_come_before_the_library(driver, page)
            a_server_that_is_away_is_told(driver)
            account_alone(driver, site)
            studio.no_overflow(driver)
            others_get_nothing(driver, page, site)
            print("passed: first run, account alone, others get nothing")
        page.stop()
        for width, language in [(390, "ja"), (2560, "it")]:
            with browser.start(width, 900, language=language, scheme="dark") as driver:
                studio.open_page(driver, page.serve_again(), "account")
                browser.wait_for(driver, "return document.querySelector('dl.facts dt')")
                studio.no_overflow(driver)
                shot(driver, f"account-{width}-{language}-dark", width)
        print("passed: account narrow, wide, dark, in other languages")


if __name__ == "__main__":
    sys.exit(main())
