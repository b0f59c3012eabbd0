"""The pages for everybody in three languages, both themes and three widths: nothing sticks out,
nothing that axe calls serious, no complaint of the browser, nothing from elsewhere, within the
budget. `SHOTS=FOLDER` keeps the pictures."""

import os
import pathlib

import axe
import browser
import public_site

# The most bytes of a page with all that it loads.
BUDGET = 200_000
WIDTHS = (1280, 820, 390)


def look(driver, site, name, width, place):
    """What is wrong with one page."""
    driver.get(f"{site.address}/{name}")
    browser.wait_for(driver, "return document.readyState === 'complete'")
    wrong = []
    if driver.execute_script(
            "return document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        wrong.append(f"{place}: sticks out")
    if "<b>The harbour</b>" not in driver.find_element("css selector", ".foot").text:
        wrong.append(f"{place}: the operator is not named")
    loaded = driver.execute_script(
        "return performance.getEntriesByType('resource').concat("
        "performance.getEntriesByType('navigation'))"
        ".reduce((sum, one) => sum + one.decodedBodySize, 0)")
    if not 0 < loaded <= BUDGET:
        wrong.append(f"{place}: {loaded} bytes")
    if axe.is_there():
        wrong += [f"{place}: {finding}" for finding in axe.findings(driver)]
    wrong += [f"{place}: {entry['message']}" for entry in driver.get_log("browser")]
    if folder := os.environ.get("SHOTS"):
        path = pathlib.Path(folder) / f"{place.replace(' ', '-')}.png"
        browser.screenshot(driver, path, width)
    return wrong


def main():
    wrong = []
    with public_site.site() as site:
        for language in public_site.LANGUAGES:
            for scheme in ("light", "dark"):
                with browser.start(1280, 900, language, scheme, logs=("performance",)) as driver:
                    for width in WIDTHS:
                        browser.resize(driver, width, 900)
                        for name in public_site.PAGES:
                            title = name.replace("/", "-") or "home"
                            place = f"{title} {width} {language} {scheme}"
                            wrong += look(driver, site, name, width, place)
                    wrong += public_site.foreign_requests(driver, site.address)
    assert wrong == [], "\n".join(wrong)


if __name__ == "__main__":
    main()
