"""5,000 works: the page paints before the list is there, and holds only what is looked at."""

import os
import sqlite3
import sys

import browser
import studio

COUNT = 5_000


def fill(page):
    """Rows as another program may write them: copies of one work, with ids of their own."""
    database = sqlite3.connect(page.home / "library.sqlite")
    columns = [row[1] for row in database.execute("PRAGMA table_info(works)")]
    row = dict(zip(columns, database.execute("SELECT * FROM works").fetchone()))
    rows = []
    for number in range(COUNT - 1):
        # Ids are version 7 UUIDs, in the order of their making.
        moment = (1_700_000_000_000 + number).to_bytes(6, "big")
        tail = os.urandom(10)
        tail = bytes([0x70 | tail[0] & 0x0F, tail[1], 0x80 | tail[2] & 0x3F]) + tail[3:]
        rows.append(tuple({**row, "id": moment + tail, "title": f"work {number}",
                           "created_at": 1_700_000_000_000 + number}.values()))
    marks = ", ".join("?" * len(columns))
    database.executemany(f"INSERT INTO works VALUES({marks})", rows)
    database.commit()
    database.close()


def main():
    with studio.studio(works=1) as page:
        fill(page)
        with browser.start(1280, 900) as driver:
            studio.open_page(driver, page.serve(), "works")
            studio.has_text(driver, "5,000 works.")
            browser.wait_for(driver, "return document.querySelector('.hang img')?.naturalWidth")
            tiles = driver.execute_script("return document.querySelectorAll('.hang img').length")
            assert tiles < COUNT / 10, f"{tiles} tiles are made at once"
            paint = driver.execute_script(
                "return performance.getEntriesByName('first-contentful-paint')[0].startTime")
            answer = driver.execute_script(
                "const e = performance.getEntriesByType('resource')"
                ".find((e) => e.name.includes('api/works?'));"
                "return [e.requestStart, e.responseEnd]")
            shift = driver.execute_async_script(
                "const done = arguments[0]; let sum = 0;"
                "new PerformanceObserver((l) => {"
                " for (const e of l.getEntries()) sum += e.value; })"
                ".observe({type: 'layout-shift', buffered: true});"
                "setTimeout(() => done(sum), 300)")
            print(f"first paint {paint:.0f} ms, list from {answer[0]:.0f} to {answer[1]:.0f} ms,"
                  f" layout shift {shift:.3f}, {tiles} tiles")
            for _ in range(12):
                driver.execute_script("scrollTo(0, document.documentElement.scrollHeight)")
                browser.wait_for(driver, "return scrollY > 0")
            browser.wait_for(
                driver,
                "return document.querySelectorAll('.hang img').length > arguments[0]", tiles)
            studio.no_errors(driver)
            print("passed: 5,000 works")


if __name__ == "__main__":
    sys.exit(main())
