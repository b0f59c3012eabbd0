"""What a rights holder does without an account: asks, claims, is answered, reserves, withdraws; and
that the browser's fingerprints are the program's."""

import json
import subprocess

from selenium.webdriver.support.ui import Select

import browser
import public_site
import scene
import studio

# The words of a stranger that no page may take for markup or a template.
HOSTILE = "<script>alert(1)</script> {{t.shell.home}} \" ' & my mill"
UNSEEN = "\u202e"
NAME = "\"><img src=x onerror=alert(1)>.png"
# Decoders differ in colours and rounding; of the 31 bits of a match this many may go.
DECODER_BITS = 6


def check_vectors(driver):
    """The script gives the shared readings, bit for bit."""
    vectors = json.loads(
        (studio.ROOT / "Tests/Vectors/pdq/readings.json").read_text(encoding="utf-8"))
    wrong = driver.execute_async_script("""
        const [vectors, done] = arguments;
        const { read } = await import('/site/js/pdq.js');
        const div = (a, b) => Math.floor(a / b);
        const lane = (x, y, { width, height, seed }, at) => {
            let waves = 0;
            for (let wave = 1; wave <= 4; wave += 1) {
                const across = div(x * (seed * 7 + at * 5 + wave * 11) * 256, width);
                const down = div(y * (seed * 3 + at * 9 + wave * 17) * 256, height);
                const place = (across + down + wave * 61 * at) % 512;
                waves += div(place < 256 ? place : 511 - place, wave + 1);
            }
            const columns = div(x * 8, width) * (3 + seed);
            const rows = div(y * 8, height) * (5 + at);
            return Math.min(255, div(waves, 2) + (columns + rows) % 7 * 12);
        };
        done(vectors.filter((vector) => {
            const { width, height } = vector;
            const pixels = new Uint8ClampedArray(width * height * 4);
            for (let index = 0; index < width * height; index += 1) {
                const [x, y] = [index % width, div(index, width)];
                for (let at = 0; at < 3; at += 1) pixels[index * 4 + at] = lane(x, y, vector, at);
                pixels[index * 4 + 3] = vector.alpha ? (x * 3 + y * 5) % 256 : 255;
            }
            const found = read(pixels, width, height);
            return found.quality !== vector.quality
                || found.variants.join() !== vector.variants.join();
        }).map(({ width, height }) => `${width}x${height}`));""", vectors)
    assert len(vectors) == 12 and wrong == [], wrong


def check_decoders(driver, files):
    """How far the browser's reading of a file is from the program's; returns the largest."""
    farthest = 0
    for file in files:
        told = subprocess.run(
            [studio.ATELIER, "fingerprint", str(file), "--json"], check=True, capture_output=True,
            text=True).stdout
        ours = json.loads(told)["reading"]
        choose(driver, [file])
        theirs = driver.execute_script("return globalThis.sent.at(-1).reading")
        for first, second in zip(ours["variants"], theirs["variants"]):
            bits = (int(first, 16) ^ int(second, 16)).bit_count()
            farthest = max(farthest, bits)
            assert bits <= DECODER_BITS, (file, bits)
        assert abs(ours["quality"] - theirs["quality"]) <= 1, (file, ours["quality"], theirs)
    return farthest


def watch(driver):
    """Keeps what the page sends, before it is sent."""
    driver.execute_script("""
        globalThis.sent = [];
        const real = globalThis.fetch;
        globalThis.fetch = (path, options) => {
            if (typeof options?.body === 'string') globalThis.sent.push(JSON.parse(options.body));
            return real(path, options);
        };""")


def choose(driver, files):
    """Gives the page pictures and waits for every answer; returns the answers in their order."""
    before = len(driver.find_elements("css selector", "#answers .answer"))
    driver.find_element("id", "files").send_keys("\n".join(map(str, files)))
    browser.wait_for(
        driver, "return document.querySelectorAll('#answers [data-answer]').length >= arguments[0]"
                " && document.getElementById('progress').hidden", before + len(files))
    return [card.get_attribute("data-answer") for card in
            driver.find_elements("css selector", "#answers .answer")][before:]


def submit(driver, form):
    """Sends a form of the page; returns the code that is shown, or what the page says is wrong."""
    driver.execute_script("document.getElementById('sent').hidden = true")
    driver.find_element("css selector", f"#{form} [type=submit]").click()
    browser.wait_for(
        driver, "return !document.getElementById('sent').hidden"
                " || !document.querySelector(`#${arguments[0]} [data-problem]`).hidden", form)
    if driver.find_element("id", "sent").is_displayed():
        return driver.find_element("id", "code").text.replace("\n", "").replace(" ", "")
    return driver.find_element("css selector", f"#{form} [data-problem]").text


def fill(driver, **fields):
    """Writes into fields by their ids."""
    for name, text in fields.items():
        field = driver.find_element("id", name.replace("_", "-"))
        field.clear()
        field.send_keys(text)


def claim(driver):
    """A claim, after everything that a form can lack; returns the code."""
    assert "what happened" in submit(driver, "claim-form")
    fill(driver, statement=HOSTILE)
    assert "how the moderators reach you" in submit(driver, "claim-form")
    fill(driver, claim_contact="mill@example.org", links="javascript:alert(1)")
    assert "Links begin with" in submit(driver, "claim-form")
    fill(driver, links="https://example.org/mill\nhttps://example.org/\"><b>")
    driver.find_element("css selector", "[name=show][value=yes]").click()
    fill(driver, statement=HOSTILE + UNSEEN)
    assert "characters that cannot be seen" in submit(driver, "claim-form")
    fill(driver, statement=HOSTILE)
    code = submit(driver, "claim-form")
    assert len(code) == 32, code
    note = driver.find_element("id", "sent-note").text
    assert "can see the picture" in note, note
    return code


def told(driver, words):
    """Waits until the page says something: a click may lead to another page."""
    browser.wait_for(driver, """
        return document.readyState === 'complete'
            && document.getElementById('room')?.innerText.includes(arguments[0]);""", words)


def follow(driver, site, code):
    """The page of a code, by a link: the code leaves the address at once."""
    driver.get(f"{site.address}/rights/claims/{code}")
    assert driver.current_url == site.address + "/rights/case", driver.current_url
    assert driver.execute_script("return document.cookie").find(code) < 0
    return driver.find_element("id", "room").text


def write(driver, act, text):
    """Writes in the first case that takes it."""
    form = driver.find_element("css selector", f"form[action='/rights/case/{act}']")
    form.find_element("tag name", "textarea").send_keys(text)
    form.find_element("css selector", "button").click()


def dialogue(driver, site, code):
    """A moderator asks and decides; the claimant answers, appeals and takes everything back."""
    site.command("moderator", "add", "rosa", "--role", "moderator")
    assert "A moderator will read it." in follow(driver, site, code)
    assert "my mill" in driver.find_element("css selector", ".letter").text
    assert driver.find_elements("css selector", ".letter script, .letter b") == []
    site.command("cases", "ask", "1", "claimant", "When did you draw it?", "--as", "rosa")
    driver.refresh()
    told(driver, "please answer")
    write(driver, "answer", "In 2019.")
    told(driver, "In 2019.")
    site.command("cases", "decide", "1", "--act", "dismiss", "--code", "no-evidence",
                 "--text", "Nothing shows it.", "--as", "rosa")
    driver.refresh()
    told(driver, "You can appeal until")
    write(driver, "appeal", "Look at the second link.")
    told(driver, "Another moderator looks")
    driver.find_element("tag name", "summary").click()
    driver.find_element("name", "sure").click()
    driver.find_element("css selector", "form[action='/rights/case/withdraw'] button").click()
    told(driver, "not shown to moderators")
    driver.find_element("css selector", "form[action='/rights/case/close'] button").click()
    browser.wait_for(driver, "return document.getElementById('code')?.getClientRects().length")
    fill(driver, code="0" * 32)
    driver.find_element("css selector", "main button").click()
    told(driver, "No claim or reservation has this code")


def main():
    with public_site.site() as site, studio.studio() as page, browser.start(
            1280, 900, logs=("performance",)) as driver:
        painted = scene.paint("paint-landscapes", page.folder / "paintings")
        page.command("join", site.address)
        page.command("works", "add", painted[0], painted[1], "--mine")
        page.command("models", "train", "Valley", "--all")
        page.command("sync")
        driver.get(site.address + "/rights")
        watch(driver)
        check_vectors(driver)
        farthest = check_decoders(driver, painted[3:6])
        hostile = page.folder / NAME
        hostile.write_bytes(painted[0].read_bytes())
        broken = page.folder / "broken.png"
        broken.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(5000))
        plain = studio.write_png(page.folder / "plain.png", 64, 64, bytes(64 * 193))
        assert choose(driver, [hostile, painted[2], broken, plain]) == [
            "near", "none", "unreadable", "little"]
        assert driver.find_elements("css selector", "#answers img[src=x]") == []
        Select(driver.find_element("id", "claim-picture")).select_by_visible_text(NAME)
        code = claim(driver)
        fill(driver, reserve_contact="mill@example.org")
        assert "are yours" in submit(driver, "reserve-form")
        driver.find_element("name", "own").click()
        reserved = submit(driver, "reserve-form")
        assert len(reserved) == 32, reserved
        dialogue(driver, site, code)
        driver.get(site.address + "/rights")
        fill(driver, back_code=" ".join(reserved[at:at + 4] for at in range(0, 32, 4)).upper())
        driver.find_element("css selector", "#back button").click()
        told(driver, "waits for a moderator")
        assert public_site.foreign_requests(driver, site.address) == []
        print(f"the browser's hashes are at most {farthest} bits from the program's")


if __name__ == "__main__":
    main()
