"""Access to the console in a real browser with an authenticator of its own: the first
administrator, sign-out, sign-in, confirmation of weighty acts, a second moderator, removal."""

import os
import pathlib
import re

import axe
import browser
import console

SHOTS = os.environ.get("SHOTS")


def look(driver, name):
    """What axe-core finds on the page, and a picture where one is wanted."""
    found = axe.findings(driver) if axe.is_there() else []
    assert not found, (name, found)
    if SHOTS:
        browser.screenshot(driver, pathlib.Path(SHOTS) / f"{name}.png", 1280)
    severe = [entry for entry in driver.get_log("browser")
              if entry["level"] == "SEVERE" and entry["source"] != "network"]
    assert not severe, (name, severe)


def text(driver):
    return driver.execute_script("return document.body.innerText")


def fill(driver, selector, value):
    field = driver.find_element("css selector", selector)
    field.clear()
    field.send_keys(value)


def the_first_administrator_comes(driver, server, authenticator):
    driver.get(server.link.replace("localhost", "127.0.0.1"))
    browser.wait_for(driver, "return document.querySelector('[data-said=address]:not([hidden])')")
    driver.get("about:blank")
    driver.get(server.link)
    browser.wait_for(driver, "return document.getElementById('name').textContent")
    assert "#" not in driver.current_url, "the link's token stays in the address"
    look(driver, "welcome")
    console.go(driver)
    console.is_at(driver, "/console")
    assert len(console.passkeys(driver, authenticator)) == 1
    # A link is good once.
    driver.get("about:blank")
    driver.get(server.link)
    browser.wait_for(driver, "return document.querySelector('[data-said=token-invalid]"
                             ":not([hidden])')")


def they_sign_out_and_in(driver, server):
    driver.get(server.site + "/console/me")
    look(driver, "me")
    console.sign_out(driver)
    look(driver, "sign-in")
    driver.back()
    driver.refresh()
    console.is_at(driver, "/console/sign-in")
    console.sign_in(driver, server.site, "/console/audit")
    assert "opened by passkey" in text(driver)
    look(driver, "audit")
    console.press(driver, "form[action='/console/audit/check'] button")
    browser.wait_for(driver, "return document.querySelector('.banner.good')")
    look(driver, "audit-checked")


def age(server):
    """Makes every confirmation six minutes old."""
    import sqlite3
    with sqlite3.connect(server.folder / "server/server.sqlite", timeout=20) as database:
        database.execute("UPDATE moderator_session SET confirmed = confirmed - 360000")


def weighty_acts_ask_again(driver, server):
    driver.get(server.site + "/console/service")
    look(driver, "service")
    age(server)
    fill(driver, "#words", "Wir bauen um & <b>räumen</b> auf. 保守中")
    console.press(driver, "form[action='/console/service/pause'] button")
    browser.wait_for(driver, "return document.querySelector('#passkey[data-act=confirm]')")
    look(driver, "confirm")
    assert "paused" not in server.command("accounts", "list")
    console.go(driver)
    console.is_at(driver, "/console/service")
    browser.wait_for(driver, "return document.querySelector('.banner.wait')")
    assert "Wir bauen um & <b>räumen</b> auf. 保守中" in text(driver), "the words were not kept"
    look(driver, "service-paused")
    console.press(driver, "form[action='/console/service/resume'] button")
    browser.wait_for(driver, "return document.getElementById('reason')")


def invites_are_shown_once(driver, server):
    console.press(driver, "form[action='/console/service/invites'] button")
    browser.wait_for(driver, "return document.querySelector('.secret')")
    assert re.search(r"ati1-\S+", text(driver))
    look(driver, "invites")
    console.press(driver, "main a.button")
    browser.wait_for(driver, "return document.querySelector('[action$=\"invites/revoke\"]')")
    console.press(driver, "[action$='invites/revoke'] button")
    browser.wait_for(driver, "return !document.querySelector('[action$=\"invites/revoke\"]')")
    driver.get(server.site + "/console/service/close")
    look(driver, "service-close")
    fill(driver, "#typed", "something")
    console.press(driver, "form[action='/console/service/close'] button.bad")
    browser.wait_for(driver, "return document.getElementById('typo')")


def another_moderator_comes(driver, server):
    driver.get(server.site + "/console/moderators")
    look(driver, "moderators")
    fill(driver, "#name", "Mia")
    console.press(driver, "input[value=moderator]")
    console.press(driver, "aside form button")
    browser.wait_for(driver, "return document.querySelector('.secret')")
    look(driver, "moderator-link")
    link = driver.execute_script("return document.querySelector('.secret').textContent")
    with browser.start(390, 844, "ja", "dark") as other:
        console.add_authenticator(other)
        console.welcome(other, link)
        other.get(server.site + "/console/me")
        assert "Mia" in text(other) and "モデレーター" in text(other)
        look(other, "me-ja-dark")
        other.get(server.site + "/console/moderators")
        assert "できません" in other.title, other.title
        # Another role holds at the next request, and so does a removal.
        driver.get(server.site + "/console/moderators")
        look(driver, "moderators-two")
        driver.execute_script("""
            const form = [...document.querySelectorAll('form[action$="/remove"]')]
                .find((form) => form.elements.name.value === 'Mia');
            form.closest('details').open = true; form.requestSubmit();""")
        browser.wait_for(driver, "return !document.body.innerText.includes('Mia')")
        other.get(server.site + "/console/me")
        console.is_at(other, "/console/sign-in")
        console.go(other)
        browser.wait_for(other, "return document.querySelector('[data-said=unknown]"
                                ":not([hidden])')")


def the_last_administrator_stays(driver, server):
    assert not driver.execute_script(
        "return document.querySelector('form[action$=\"moderators/remove\"]')")


def another_passkey(driver, server, authenticator):
    driver.get(server.site + "/console/me")
    console.press(driver, "form[action$='passkeys/add'] button")
    browser.wait_for(driver, "return document.getElementById('label')")
    look(driver, "me-passkey")
    console.go(driver)
    browser.wait_for(driver, "return document.querySelector('[data-said=known]:not([hidden])')")
    driver.execute_cdp_cmd(
        "WebAuthn.removeVirtualAuthenticator", {"authenticatorId": authenticator})
    console.add_authenticator(driver)
    fill(driver, "#label", "Key in the drawer <script>")
    console.go(driver)
    console.is_at(driver, "/console/me")
    assert "Key in the drawer <script>" in text(driver)
    look(driver, "me-two-passkeys")
    driver.execute_script("document.querySelector('form[action$=\"passkeys/remove\"]')"
                          ".requestSubmit()")
    browser.wait_for(driver, "return !document.querySelector('form[action$=\"passkeys/remove\"]')")


def all_sessions_end(driver, server):
    console.press(driver, "form[action$='sessions/end'] button")
    console.is_at(driver, "/console/sign-in")


def main():
    with console.console() as server, browser.start(1280, 900) as driver:
        authenticator = console.add_authenticator(driver)
        the_first_administrator_comes(driver, server, authenticator)
        they_sign_out_and_in(driver, server)
        weighty_acts_ask_again(driver, server)
        invites_are_shown_once(driver, server)
        another_moderator_comes(driver, server)
        the_last_administrator_stays(driver, server)
        another_passkey(driver, server, authenticator)
        all_sessions_end(driver, server)


main()
