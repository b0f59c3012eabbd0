"""Works in a real browser: adding by drop, finding, marking, rights, removal, taking back."""

import os
import pathlib
import sys

import browser
import studio

SHOTS = os.environ.get("SHOTS")


def shot(driver, name, width=1280):
    if SHOTS:
        browser.screenshot(driver, pathlib.Path(SHOTS) / f"{name}.png", width)


def empty_room_says_what_to_do(driver, site):
    driver.get(site + "works")
    studio.has_text(driver, "Drop your pictures here")
    shot(driver, "works-empty")


def a_batch_is_added(driver, folder):
    files = [studio.png(folder / f"sea-{n}.png", n) for n in range(6)]
    evil = studio.png(folder / "<script>window.hit=1<", 77)
    evil = evil.rename(folder / "<script>window.hit=1<.png")
    broken = folder / "notes.txt"
    broken.write_text("no picture")
    studio.drop(driver, "#room", [*files, evil, broken])
    studio.has_text(driver, "Whose are these 8 works?")
    driver.find_element("css selector", "input[name=tags]").send_keys("sea, gouache")
    shot(driver, "works-adding")
    studio.click(driver, "Sign and add 8 works")
    studio.has_text(driver, "7 works added")
    studio.has_text(driver, "1 not added")
    studio.has_text(driver, "notes.txt")
    studio.has_text(driver, "<script>window.hit=1<")
    assert not driver.execute_script("return window.hit"), "a name is never markup"
    shot(driver, "works-summary")
    studio.click(driver, "Close")
    browser.wait_for(driver, "return document.querySelectorAll('.hang img').length === 7")
    browser.wait_for(driver, "return [...document.querySelectorAll('.hang img')]"
                             ".every((i) => i.complete && i.naturalWidth > 0)")
    shot(driver, "works-list")


def works_are_found(driver):
    field = driver.find_element("css selector", "input[type=search]")
    field.send_keys("sea-3")
    browser.wait_for(driver, "return document.querySelectorAll('.hang img').length === 1")
    field.clear()
    field.send_keys("nothing like it")
    studio.has_text(driver, "No work fits.")
    driver.execute_script("arguments[0].value = '';"
                          "arguments[0].dispatchEvent(new Event('input'))", field)
    browser.wait_for(driver, "return document.querySelectorAll('.hang img').length === 7")


def another_program_is_seen(driver, page):
    page.command("works", "add", studio.png(page.folder / "late.png", 55), "--mine")
    browser.wait_for(driver, "return document.querySelectorAll('.hang img').length === 8")


def a_work_is_changed(driver):
    driver.execute_script("[...document.querySelectorAll('.hang a')]"
                          ".find((a) => a.textContent === 'sea-2').click()")
    browser.wait_for(driver, "return document.querySelector('.view img')?.naturalWidth > 0")
    shot(driver, "work-marks")
    studio.click(driver, "Title and note")
    title = driver.find_element("css selector", "input[name=title]")
    title.clear()
    title.send_keys("Storm coming")
    studio.click(driver, "Save")
    browser.wait_for(driver, "return document.querySelector('h1').textContent === 'Storm coming'")
    studio.click(driver, "Rights")
    studio.has_text(driver, "What the file says about training")
    shot(driver, "work-rights")


def areas_are_painted(driver):
    studio.click(driver, "Marks")
    studio.click(driver, "Don’t use")
    box = driver.execute_script(
        "const b = document.querySelector('svg.marks').getBoundingClientRect();"
        "return [b.left, b.top, b.width, b.height]")
    left, top, width, height = box
    points = [(left + width * (0.3 + 0.05 * n), top + height * 0.4) for n in range(6)]
    for index, (x, y) in enumerate(points):
        driver.execute_cdp_cmd("Input.dispatchMouseEvent", {
            "type": "mousePressed" if index == 0 else "mouseMoved", "x": x, "y": y,
            "button": "left", "buttons": 1, "clickCount": 1})
    driver.execute_cdp_cmd("Input.dispatchMouseEvent", {
        "type": "mouseReleased", "x": x, "y": y, "button": "left", "clickCount": 1})
    studio.click(driver, "Save these areas")
    browser.wait_for(driver, """
        const id = new URLSearchParams(location.search).get('id');
        const request = new XMLHttpRequest();
        request.open('GET', `api/works/${id}`, false);
        request.send();
        const { areas } = JSON.parse(request.response).work;
        return areas.avoided.length > 0 && areas.kept_whole.length === 0;""")
    shot(driver, "work-areas")


def points_are_set_by_keys(driver):
    studio.click(driver, "Points")
    studio.has_text(driver, "Click the eye on the left")
    driver.execute_script("document.querySelector('svg.marks').focus()")
    element = driver.find_element("css selector", "svg.marks")
    element.send_keys("\ue012", "\ue012", " ")
    studio.has_text(driver, "Click the eye on the right")
    studio.click(driver, "Undo")
    studio.has_text(driver, "Click the eye on the left")


def a_work_is_removed_and_taken_back(driver, site):
    studio.click(driver, "Remove…")
    studio.has_text(driver, "For 30 days you can take the work back.")
    shot(driver, "work-remove")
    studio.click(driver, "Remove it")
    browser.wait_for(driver, "return document.querySelectorAll('.hang img').length === 7")
    studio.click(driver, "Trash")
    studio.has_text(driver, "Storm coming")
    studio.click(driver, "Take back", "document.querySelector('dialog')")
    browser.wait_for(driver, "return document.querySelectorAll('.hang img').length === 8")
    driver.get(site + "works")


def several_at_once(driver, page):
    studio.click(driver, "Choose several")
    browser.wait_for(driver, "return document.querySelectorAll('.hang input').length === 8")
    for title in ("sea-0", "sea-1"):
        driver.execute_script("[...document.querySelectorAll('.hang label')]"
                              ".find((l) => l.textContent === arguments[0]).click()", title)
    studio.has_text(driver, "2 works chosen")
    shot(driver, "works-several")
    studio.click(driver, "Add a tag…")
    driver.find_element("css selector", "dialog input").send_keys("harbour")
    studio.click(driver, "Save", "document.querySelector('dialog')")
    studio.has_text(driver, "harbour 2")
    studio.click(driver, "Save copies that say no")
    folder = page.folder / "copies"
    browser.wait_for(driver, "return document.querySelector('dialog input')")
    field = driver.find_element("css selector", "dialog input")
    field.clear()
    field.send_keys(str(folder))
    studio.click(driver, "Save copies that say no", "document.querySelector('dialog')")
    studio.has_text(driver, "2 copies are in")
    assert len(list(folder.iterdir())) == 2, list(folder.iterdir())
    studio.click(driver, "Reserve them")
    studio.click(driver, "Reserve them", "document.querySelector('dialog')")
    studio.has_text(driver, "This library belongs to no server yet.")
    studio.click(driver, "Remove…")
    studio.has_text(driver, "Remove 2 works?")
    shot(driver, "works-several-remove")
    studio.click(driver, "Remove 2 works", "document.querySelector('dialog')")
    studio.has_text(driver, "2 works are in the trash")
    browser.wait_for(driver, "return document.querySelectorAll('.hang a').length === 6")
    studio.click(driver, "Trash")
    for _ in range(2):
        studio.click(driver, "Take back", "document.querySelector('dialog')")
        studio.has_text(driver, "is back")
    driver.execute_script("document.querySelector('dialog').close()")
    browser.wait_for(driver, "return document.querySelectorAll('.hang a').length === 8")


def narrow_and_dark(page):
    for width, language, scheme in [(390, "ja", "dark"), (2560, "it", "light")]:
        with browser.start(width, 900, language=language, scheme=scheme) as driver:
            studio.open_page(driver, page.serve_again(), "works")
            browser.wait_for(driver, "return document.querySelectorAll('.hang img').length === 8")
            studio.no_overflow(driver)
            shot(driver, f"works-{width}-{language}-{scheme}", width)


def main():
    with studio.studio() as page:
        with browser.start(1280, 900) as driver:
            site = studio.open_page(driver, page.serve())
            tests = [
                lambda: empty_room_says_what_to_do(driver, site),
                lambda: a_batch_is_added(driver, page.folder),
                lambda: works_are_found(driver),
                lambda: another_program_is_seen(driver, page),
                lambda: a_work_is_changed(driver),
                lambda: areas_are_painted(driver),
                lambda: points_are_set_by_keys(driver),
                lambda: a_work_is_removed_and_taken_back(driver, site),
                lambda: several_at_once(driver, page),
            ]
            for test in tests:
                test()
                studio.no_overflow(driver)
            studio.no_errors(driver, "notes.txt", "api/reservations")
            print("passed: works at 1280")
        page.stop()
        narrow_and_dark(page)
        print("passed: works narrow, wide, dark, in other languages")


if __name__ == "__main__":
    sys.exit(main())
