"""All rooms by the keyboard alone: every control can be reached, is named and shows its focus."""

import sys

import browser
import studio

from selenium.webdriver import ActionChains, Keys

# Presses of Tab that a room may take; more means that the focus is caught somewhere.
MOST_STEPS = 200
ROOMS = ["works", "styles", "make", "make?mode=after", "make?mode=figure", "make?mode=free",
         "pictures", "account"]


def press(driver, *keys):
    ActionChains(driver).send_keys(*keys).perform()


def focused(driver):
    """What has the focus: its name, whether it is a control, and whether the focus shows."""
    return driver.execute_script("""
        const e = document.activeElement;
        if (!e || e === document.body) return null;
        const labels = [...(e.labels ?? [])].map((label) => label.textContent).join(' ');
        const name = e.getAttribute('aria-label') || labels || e.textContent || e.title
            || e.getAttribute('placeholder') || e.querySelector?.('[aria-label]')?.ariaLabel || '';
        let shows = false;
        for (let box = e; box && !shows; box = box.parentElement) {
            const style = getComputedStyle(box);
            shows = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
        }
        const figure = e.closest('figure')?.querySelector('img');
        if (!shows && figure) shows = getComputedStyle(figure).outlineStyle !== 'none';
        return { name: name.trim(), tag: e.tagName, shows, mark: e.dataset.passed ?? null };
        """)


def every_control_is_reached(driver, site, room):
    driver.get(site + room)
    browser.wait_for(driver, "return document.readyState === 'complete'"
                             " && document.querySelectorAll('#room > *').length > 1")
    seen = []
    for _ in range(MOST_STEPS):
        press(driver, Keys.TAB)
        now = focused(driver)
        if now is None or now["mark"]:
            break
        driver.execute_script("document.activeElement.dataset.passed = 'yes'")
        assert now["name"], f"{room}: a {now['tag']} has no name"
        assert now["shows"], f"{room}: the focus does not show on “{now['name']}”"
        seen.append(now["name"])
    else:
        raise AssertionError(f"{room}: Tab does not come round: {seen[-5:]}")
    missed = driver.execute_script("""
        return [...document.querySelectorAll('a[href], button, input, select, textarea')]
            .filter((e) => e.getClientRects().length && !e.disabled && !e.dataset.passed
                && e.tabIndex >= 0 && e.type !== 'radio' && e.checkVisibility())
            .map((e) => e.outerHTML.slice(0, 120));""")
    assert not missed, f"{room}: not reached by Tab: {missed}"
    return len(seen)


def rooms_change_by_keys(driver, site):
    driver.get(site + "works")
    press(driver, Keys.TAB, Keys.ENTER)
    assert driver.execute_script("return location.hash") == "#room", "the first key skips the menu"
    driver.get(site + "works")
    for _ in range(MOST_STEPS):
        press(driver, Keys.TAB)
        if focused(driver)["name"] == "Make":
            break
    press(driver, Keys.ENTER)
    browser.wait_for(driver, "return document.body.dataset.room === 'make'")


def a_sketch_is_drawn_by_keys(driver, site):
    driver.get(site + "make")
    browser.wait_for(driver, "return document.querySelector('.paper canvas')?.clientWidth > 0")
    for _ in range(MOST_STEPS):
        press(driver, Keys.TAB)
        if driver.execute_script("return document.activeElement.tagName") == "CANVAS":
            break
    press(driver, "]", "]", Keys.ENTER, Keys.ARROW_RIGHT * 6, Keys.ARROW_DOWN * 3, Keys.ENTER)
    studio.has_text(driver, "The sketch is kept.")
    painted = """
        const canvas = document.querySelector('.layers canvas');
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        return data.some((value) => value > 0);"""
    browser.wait_for(driver, painted)
    ActionChains(driver).key_down(Keys.CONTROL).send_keys("z").key_up(Keys.CONTROL).perform()
    browser.wait_for(driver, painted.replace("return data", "return !data"))


def main():
    with studio.studio(works=3) as page:
        page.command("models", "train", "Valley", "--all")
        address = page.serve()
        with browser.start(1280, 1000) as driver:
            site = studio.open_page(driver, address)
            for room in ROOMS:
                count = every_control_is_reached(driver, site, room)
                print(f"passed: {room}, {count} controls")
            rooms_change_by_keys(driver, site)
            a_sketch_is_drawn_by_keys(driver, site)
            print("passed: rooms_change_by_keys, a_sketch_is_drawn_by_keys")
            paint = []
            for room in ["works", "styles", "make", "pictures", "account"]:
                driver.get(site + room)
                paint.append(browser.wait_for(driver, """
                    const paint = performance.getEntriesByName('first-contentful-paint')[0];
                    return paint && Math.round(paint.startTime);"""))
            print(f"first paint: {paint} ms")
            studio.no_errors(driver)
        page.stop()


if __name__ == "__main__":
    sys.exit(main())
