"""The sketch pad in a real browser: brush, line, fill, eraser, undo, layers, zoom, keeping."""

import sys
import time

import browser
import site_server

# A colour of the paint box, and the paper.
RED = [189, 72, 51]
WHITE = [255, 255, 255]


class Pad:
    """The pad on its test page; its own coordinates are those of the sketch, 640 by 480."""

    def __init__(self, driver, address):
        self.driver = driver
        driver.get(address)
        browser.wait_for(driver, "return document.body.dataset.ready === 'true'")

    def run(self, script, *values):
        return self.driver.execute_script(script, *values)

    def place(self, x, y):
        """Where a pixel of the sketch is in the window."""
        return self.run(
            "const b = pad.canvas.getBoundingClientRect(), v = pad.view;"
            "return [b.left + v.x + arguments[0] * v.scale, b.top + v.y + arguments[1] * v.scale]",
            x, y)

    def drag(self, points, pointer="mouse", force=None):
        """Draws through points with real input events of the browser."""
        for index, (x, y) in enumerate(points):
            left, top = self.place(x, y)
            kind = "mousePressed" if index == 0 else "mouseMoved"
            event = {"type": kind, "x": left, "y": top, "button": "left", "buttons": 1,
                     "clickCount": 1, "pointerType": pointer}
            if force is not None:
                event["force"] = force[index]
            self.driver.execute_cdp_cmd("Input.dispatchMouseEvent", event)
        self.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {
            "type": "mouseReleased", "x": left, "y": top, "button": "left", "buttons": 0,
            "clickCount": 1, "pointerType": pointer})

    def colour(self, x, y):
        return self.run("return pad.sketch.colourAt(arguments[0], arguments[1])", x, y)

    def sum(self):
        """A digest of all layers' pixels."""
        return self.run(
            "let h = 0; for (const l of pad.sketch.layers)"
            " for (const v of new Uint32Array(l.pixels.buffer)) h = (h * 31 + v) >>> 0;"
            "return h")

    def choose(self, tool):
        self.run("pad.choose(arguments[0])", tool)

    def take(self, colour):
        self.run("pad.setColour(arguments[0])", colour)


def paints_and_undoes(pad):
    blank = pad.sum()
    pad.take(RED)
    pad.choose("brush")
    sums = [blank]
    for step in range(12):
        pad.drag([(100 + 10 * step, 60), (120 + 10 * step, 200), (90 + 20 * step, 300)])
        sums.append(pad.sum())
    assert len(set(sums)) == 13, "each stroke changes pixels"
    for expected in reversed(sums[:-1]):
        pad.run("pad.undoButton.click()")
        assert pad.sum() == expected, "undo brings back exactly what was there"
    for expected in sums[1:]:
        pad.run("pad.redoButton.click()")
        assert pad.sum() == expected, "redo brings back exactly what was there"
    for _ in range(12):
        pad.run("pad.undoButton.click()")
    assert pad.sum() == blank and pad.run("return pad.undoButton.disabled")


def pressure_gives_width(pad):
    def width(pressure):
        pad.drag([(100, 100), (200, 100), (300, 100), (400, 100)], "pen", [pressure] * 4)
        rows = pad.run(
            "const p = pad.sketch.active.pixels; let n = 0;"
            "for (let y = 0; y < 480; y += 1) if (p[(y * 640 + 250) * 4 + 3] > 127) n += 1;"
            "return n")
        pad.run("pad.undoButton.click()")
        return rows

    light, heavy = width(0.1), width(1.0)
    assert heavy == 26, f"full pressure paints the brush's width: {heavy}"
    assert light < heavy / 2, f"light pressure paints a thin line: {light}"


def fill_does_not_leak(pad):
    pad.choose("line")
    pad.run("pad.setSize(6)")
    pad.take([43, 40, 37])
    # A box of four lines with a gap of some six pixels in its right side.
    for line in [[(150, 100), (450, 100)], [(150, 100), (150, 350)], [(150, 350), (450, 350)],
                 [(450, 100), (450, 215)], [(450, 227), (450, 350)]]:
        pad.drag(line)
    pad.choose("fill")
    pad.take(RED)
    pad.run("pad.gap = 12")
    x, y = pad.place(300, 200)
    pad.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {
        "type": "mousePressed", "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1})
    pad.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {
        "type": "mouseReleased", "x": x, "y": y, "button": "left", "buttons": 0, "clickCount": 1})
    assert pad.colour(300, 200) == RED, "the box is filled"
    assert pad.colour(155, 105) == RED and pad.colour(155, 344) == RED, "corners are filled"
    assert pad.colour(500, 221) == WHITE and pad.colour(50, 50) == WHITE, "nothing leaks"
    # Without closing gaps the same fill leaks: the gap is real.
    pad.run("pad.undoButton.click(); pad.gap = 0")
    pad.run("pad.sketch.fillAt(300, 200, [189, 72, 51], 0)")
    assert pad.colour(50, 50) == RED, "the gap is open without closing"
    pad.run("pad.undoButton.click()")


def layers_hold_apart(pad):
    pad.run("pad.sketch.addLayer('Second')")
    pad.choose("brush")
    pad.run("pad.setSize(40)")
    pad.take(RED)
    pad.drag([(300, 50), (300, 60), (300, 70)])
    assert pad.colour(300, 60) == RED
    eye = pad.driver.find_elements("css selector", ".layers [data-part=eye]")[0]
    eye.click()
    assert pad.colour(300, 60) == WHITE, "a hidden layer does not show"
    pad.drag([(310, 50), (310, 60)])
    assert pad.run("return document.body.dataset.complaint") == "hidden"
    pad.driver.find_elements("css selector", ".layers [data-part=eye]")[0].click()
    pad.choose("eraser")
    pad.drag([(300, 50), (300, 60), (300, 70)])
    assert pad.colour(300, 60) == WHITE, "the eraser takes paint away"
    pad.run("pad.undoButton.click()")
    count = "return pad.sketch.layers.length"
    assert pad.run(count) == 2
    pad.run("pad.sketch.removeLayer(pad.sketch.active)")
    assert pad.run(count) == 1 and pad.colour(300, 60) == WHITE
    pad.run("pad.undoButton.click()")
    assert pad.run(count) == 2 and pad.colour(300, 60) == RED, "undo brings a layer back"
    pad.run("pad.sketch.moveLayer(pad.sketch.active, -1)")
    assert pad.run("return pad.sketch.layers[0].name") == "Second"


def zoom_keeps_the_place(pad):
    x, y = pad.place(320, 240)
    pad.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {
        "type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": -300, "modifiers": 2})
    time.sleep(0.2)
    assert pad.run("return pad.view.scale") > 2
    now = pad.place(320, 240)
    # The wheel tells whole pixels only.
    assert abs(now[0] - x) < 3 and abs(now[1] - y) < 3, f"zoom keeps the place: {x, y, now}"
    before = pad.sum()
    pad.choose("move")
    pad.drag([(320, 240), (330, 250)])
    assert pad.sum() == before, "moving paints nothing"
    pad.run("pad.view.fit()")


def keys_paint(pad):
    from selenium.webdriver import Keys
    pad.run("pad.canvas.focus()")
    pad.choose("brush")
    pad.run("pad.setSize(20)")
    before = pad.sum()
    pad.canvas = pad.driver.find_element("css selector", ".paper canvas")
    pad.canvas.send_keys(Keys.ENTER, Keys.ARROW_RIGHT * 8, Keys.ARROW_DOWN * 4, Keys.ENTER)
    assert pad.sum() != before, "the keyboard alone paints"
    pad.canvas.send_keys(Keys.CONTROL, "z")
    assert pad.sum() == before, "Ctrl Z undoes"
    pad.canvas.send_keys("e")
    assert pad.run("return pad.tool") == "eraser", "letters choose tools"


def two_fingers_do_not_paint(pad):
    before = pad.sum()
    pad.choose("brush")
    x, y = pad.place(200, 200)
    touch = lambda kind, points: pad.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {
        "type": kind, "touchPoints": [{"x": a, "y": b, "id": i}
                                      for i, (a, b) in enumerate(points)]})
    touch("touchStart", [(x, y)])
    touch("touchMove", [(x + 20, y)])
    touch("touchStart", [(x + 20, y), (x + 120, y)])
    touch("touchMove", [(x - 40, y), (x + 180, y)])
    touch("touchEnd", [])
    assert pad.run("return pad.view.scale") > 1.3, "two fingers zoom"
    assert pad.sum() == before, "what the first finger began is taken back"
    pad.run("pad.view.fit()")
    # A tap of two fingers undoes, one of three does again.
    done = pad.run("return pad.sketch.history.done.length")
    for fingers, expected in [(2, done - 1), (3, done)]:
        places = [(x + 40 * finger, y) for finger in range(fingers)]
        for count in range(1, fingers + 1):
            touch("touchStart", places[:count])
        touch("touchEnd", [])
        assert pad.run("return pad.sketch.history.done.length") == expected, fingers


def a_pen_keeps_the_palm_away(pad):
    pad.take([99, 104, 153])
    pad.drag([(200, 150), (220, 150)], "pen", [1, 1])
    before = pad.sum()
    x, y = pad.place(200, 300)
    pad.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {
        "type": "touchStart", "touchPoints": [{"x": x, "y": y, "id": 0}]})
    pad.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {
        "type": "touchMove", "touchPoints": [{"x": x + 50, "y": y, "id": 0}]})
    pad.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {
        "type": "touchEnd", "touchPoints": []})
    assert pad.sum() == before, "a palm paints nothing where a pen is used"
    pad.run("pad.view.fit(); pad.input.hasPen = false")


def a_new_sheet_can_be_undone(pad):
    before = pad.sum()
    pad.run("pad.newButton.click()")
    assert pad.run("return pad.sketch.layers.length === 1 && pad.sketch.isBlank")
    pad.run("pad.undoButton.click()")
    assert pad.sum() == before


def comes_back(pad, driver, address, server):
    browser.wait_for(driver, "return !keeper.isDirty && document.querySelector("
                             "'[role=status]').textContent === 'saved'")
    before = pad.run(
        "return [pad.sketch.layers.map((l) => l.name),"
        " [...pad.sketch.flattened().getContext('2d').getImageData(0, 0, 640, 480).data]]")
    again = Pad(driver, address)
    after = again.run(
        "return [pad.sketch.layers.map((l) => l.name),"
        " [...pad.sketch.flattened().getContext('2d').getImageData(0, 0, 640, 480).data]]")
    assert before[0] == after[0], "the layers come back"
    worst = max(abs(a - b) for a, b in zip(before[1], after[1]))
    assert worst <= 2, f"the pixels come back: off by {worst}"
    parts = [name for name in server.kept if "layer-" in name]
    assert len(parts) == 2, f"removed layers leave nothing: {parts}"


def main():
    server = site_server.start()
    address = f"http://127.0.0.1:{server.server_port}/page/pad.html"
    with browser.start(1280, 1000) as driver:
        pad = Pad(driver, address)
        for test in [paints_and_undoes, pressure_gives_width, fill_does_not_leak,
                     layers_hold_apart, zoom_keeps_the_place, keys_paint,
                     two_fingers_do_not_paint, a_pen_keeps_the_palm_away,
                     a_new_sheet_can_be_undone]:
            test(pad)
            print(f"passed: {test.__name__}")
        comes_back(pad, driver, address, server)
        print("passed: comes_back")
        errors = [entry for entry in driver.get_log("browser")
                  if entry["level"] == "SEVERE" and "favicon" not in entry["message"]]
        assert not errors, errors


if __name__ == "__main__":
    sys.exit(main())
