"""Every page of the console in each language, theme and width: nothing serious for axe-core,
nothing wider than the window, no request to elsewhere."""

import json
import os
import pathlib
import re
import subprocess
import urllib.request

import axe
import browser
import console
import holder
import scene
import studio

SHOTS = os.environ.get("SHOTS")
PAGES = {
    "me": "/console/me", "moderators": "/console/moderators", "service": "/console/service",
    "service-close": "/console/service/close", "audit": "/console/audit",
    "queue": "/console", "case": "/console/cases/1", "accounts": "/console/accounts",
    "reservations": "/console/reservations?ticked=all", "report": "/console/report",
    "reservations-refused": "/console/reservations?state=refused",
    "reservations-confirm": "/console/reservations/decide?act=confirm" + "".join(
        f"&number={number}" for number in (1, 2, 3, 4)),
    "reservations-take-off": "/console/reservations/decide?act=take-off&number=6&number=7",
    "refused": "/console/nothing"}
LOOKS = [(1280, "light", "en"), (390, "dark", "ja"), (390, "light", "it"), (1280, "dark", "it"),
         (390, "dark", "en"), (1280, "light", "ja")]


def check(driver, server, name, width, scheme, language):
    look = f"{name}-{width}-{scheme}-{language}"
    if SHOTS:
        browser.screenshot(driver, pathlib.Path(SHOTS) / f"{look}.png", width)
    assert driver.execute_script("return document.documentElement.lang") == language, look
    room = driver.execute_script(
        "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert room[0] <= room[1], (look, room)
    empty = driver.execute_script("""
        return [...document.querySelectorAll('h1, h2, h3, label, button, a, dt, th, legend')]
            .filter((e) => !e.hidden && !e.textContent.trim() && !e.querySelector('svg'))
            .map((e) => e.outerHTML.slice(0, 100));""")
    assert not empty, (look, empty)
    found = axe.findings(driver) if axe.is_there() else []
    assert not found, (look, found)
    foreign = driver.execute_script("""
        return performance.getEntriesByType('resource').map((entry) => entry.name)
            .filter((name) => !name.startsWith(arguments[0]));""", server.site)
    assert not foreign, (look, foreign)


def claimed(server, page):
    """An artist with a registered work, a claim and a reservation against it, each in a case;
    returns the account's id."""
    painted = scene.paint("paint-landscapes", page.folder / "paintings")
    invite = re.search(r"ati1-\S+", server.command("invite", "create"))[0]
    page.command("join", server.site, "--invite", invite)
    page.command("works", "add", painted[0], "--mine")
    page.command("models", "train", "Valley", "--all")
    page.command("sync")
    told = subprocess.run([studio.ATELIER, "fingerprint", str(painted[0]), "--json"], check=True,
                          capture_output=True, text=True).stdout
    claim = {**json.loads(told), "statement": "I drew it in 2019.", "contact": "mill@example.org",
             "links": ["https://example.org/mill"]}
    request = urllib.request.Request(
        server.site + "/v1/rights/claims", json.dumps(claim).encode(),
        {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 201, answer.status
    holder.reserve(server.site, [json.loads(told)["reading"]], "claire@example.org")
    return json.loads(server.command("accounts", "list", "--json"))["accounts"][0]["account"]


def everything(driver, server, width, scheme, language):
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
        "features": [{"name": "prefers-color-scheme", "value": scheme},
                     {"name": "prefers-reduced-motion", "value": "reduce"}]})
    browser.resize(driver, width, 844)
    driver.get(f"{server.site}/console/me?lang={language}")
    for name, path in PAGES.items():
        driver.get(server.site + path)
        if name == "moderators":
            driver.execute_script("document.querySelector('details').open = true")
        check(driver, server, name, width, scheme, language)


def outside(driver, server, width, scheme, language):
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
        "features": [{"name": "prefers-color-scheme", "value": scheme}]})
    browser.resize(driver, width, 844)
    for name in ("sign-in", "welcome"):
        driver.get("about:blank")
        driver.get(f"{server.site}/console/{name}?lang={language}")
        browser.wait_for(driver, "return document.querySelector("
                                 "'#go:not([hidden]), [data-said]:not([hidden])')")
        check(driver, server, name, width, scheme, language)


def reserve(server):
    """Reservations in each state but one."""
    readings = [holder.reading(seed) for seed in range(4)]
    holder.reserve(server.site, readings, "Aoi Tanaka 田中葵, aoi@example.org",
                   "https://aoi.example/portfolio/2026/" + "long-" * 20)
    taken = [holder.reading(seed, quality=50) for seed in (7, 8, 9)]
    holder.reserve(server.site, taken, "c" * 200)
    server.command("moderator", "add", "mia", "--role", "moderator")
    server.command("reservations", "confirm", 6, 7, "--as", "mia")
    server.command("reservations", "refuse", 8, "--as", "mia", "--text",
                   "This is a photograph.\nNobody drew it.")
    holder.reserve(server.site, [holder.reading(8, flipped=5)], "nobody@example.org")


def main():
    with console.console() as server, studio.studio() as page, \
            browser.start(1280, 900) as driver:
        console.add_authenticator(driver)
        console.welcome(driver, server.link)
        server.command("invite", "create", "--count", "3")
        for name, role in (("Aoi 葵", "moderator"), ("Chiara Bianchi-Montecchi", "reviewer"),
                           ("A" * 64, "administrator")):
            server.command("moderator", "add", name, "--role", role)
        account = claimed(server, page)
        PAGES["account"] = f"/console/accounts/{account}"
        PAGES["account-purge"] = f"/console/accounts/{account}/purge"
        reserve(server)
        for look in LOOKS:
            everything(driver, server, *look)
        driver.get(f"{server.site}/console/me?lang=en")
        console.sign_out(driver)
        for look in LOOKS:
            outside(driver, server, *look)


main()
