"""Every room at three widths, in both themes and three languages: nothing wider than its window,
nothing that axe calls serious, no complaint of the browser. `SHOTS=FOLDER` keeps the pictures."""

import os
import pathlib
import re
import sys

import axe
import browser
import scene
import studio

SHOTS = os.environ.get("SHOTS")
ROOMS = {
    "works": "works", "work": "works?id={work}", "styles": "styles", "make": "make",
    "make-after": "make?mode=after&work={work}", "make-figure": "make?mode=figure&style={people}",
    "make-free": "make?mode=free", "pictures": "pictures", "picture": "pictures?id={picture}",
    "account": "account",
}
DIALOGS = {
    "trash": ("works", "Trash"), "remove": ("works?id={work}", "Remove…"),
    "teach": ("styles", "Teach a style"), "export": ("pictures?id={picture}", "Export…"),
    "plain": ("account", "Export…"), "after": ("make?mode=after", "Another work"),
}
# Width, height, theme and language of each round.
ROUNDS = [(1280, 900, "light", "en"), (1280, 900, "dark", "ja"), (390, 844, "light", "it"),
          (390, 844, "dark", "en"), (2560, 1300, "light", "ja"), (2560, 1300, "dark", "it")]
SETTLED = """
    return document.readyState === 'complete'
        && document.querySelectorAll('#room > *').length > 1
        && [...document.querySelectorAll('#room img')].filter((image) => {
            const box = image.getBoundingClientRect();
            return box.top < innerHeight && box.bottom > 0;
        }).every((image) => image.complete);"""


def look_at_dialogs(driver, site, ids, place):
    """Opens each dialog of the rooms, in English, and returns what is wrong."""
    wrong = []
    for name, (room, button) in DIALOGS.items():
        driver.get(site + room.format(**ids))
        studio.click(driver, button)
        browser.wait_for(driver, "return document.querySelector('dialog[open] .button')")
        shown = driver.find_element("css selector", "dialog").text
        if re.search(r"undefined|null|NaN|\[object|\{\w+\}", shown):
            wrong.append(f"dialog {name} {place}: shows {shown}")
        if axe.is_there():
            wrong += [f"dialog {name} {place}: {finding}" for finding in axe.findings(driver)]
        if SHOTS:
            path = pathlib.Path(SHOTS) / f"dialog-{name}-{place.replace(' ', '-')}.png"
            browser.screenshot(driver, path, int(place.split()[0]))
    return wrong


def look(driver, site, names, ids, rounds):
    """Opens each room, and returns what is wrong."""
    width, height, theme, language = rounds
    wrong = []
    driver.get(f"{site}works?lang={language}")
    for name in names:
        driver.get(site + ROOMS[name].format(**ids))
        browser.wait_for(driver, SETTLED)
        place = f"{name} {width} {theme} {language}"
        try:
            studio.no_overflow(driver)
        except AssertionError as error:
            wrong.append(f"{place}: {error}")
        shown = driver.find_element("css selector", "body").text
        if re.search(r"undefined|NaN|\[object|\{\w+\}|\b[a-z]+\.[a-z]+_[a-z_]+\b", shown):
            wrong.append(f"{place}: shows {shown}")
        if axe.is_there():
            wrong += [f"{place}: {finding}" for finding in axe.findings(driver)]
        if SHOTS:
            browser.screenshot(
                driver, pathlib.Path(SHOTS) / f"{name}-{width}-{theme}-{language}.png", width)
    if language == "en":
        wrong += look_at_dialogs(driver, site, ids, f"{width} {theme}")
    studio.no_errors(driver)
    return wrong


def main():
    names = sys.argv[1:] or list(ROOMS)
    with scene.scene() as (page, _):
        works = scene.works(page)
        ids = {"work": works[scene.CHARACTERS[0]]["id"],
               "people": scene.others_of(page, "People")["style"],
               "picture": scene.others_of(page, "Valley")["picture"]}
        wrong = []
        for rounds in ROUNDS:
            width, height, theme, language = rounds
            with browser.start(width, height, language=language, scheme=theme) as driver:
                site = studio.open_page(driver, page.serve_again())
                wrong += look(driver, site, names, ids, rounds)
            page.stop()
        for line in wrong:
            print(line)
        assert not wrong, f"{len(wrong)} findings"
        print(f"passed: {len(names)} rooms in {len(ROUNDS)} forms"
              f"{'' if axe.is_there() else ', without axe: Scripts/setup brings it'}")


if __name__ == "__main__":
    sys.exit(main())
