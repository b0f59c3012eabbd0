"""The page that checks a picture says what `atelier verify --json` says, of real files."""

import json

import browser
import public_site
import studio

KEYS = ("verdict", "artist", "account", "origin", "title", "training", "works", "works_digest",
        "sources", "server_key", "receipt", "spend", "countersigned")


def check(driver, file):
    """Gives the page a file; returns what it found, and what it shows."""
    driver.execute_script("delete document.getElementById('verdicts').dataset.found")
    driver.find_element("id", "file").send_keys(str(file))
    found = browser.wait_for(
        driver, "return document.getElementById('verdicts').dataset.found")
    return json.loads(found), driver.find_element("id", "verdicts").text


def key_of(driver):
    """The server's key, by which the page judges."""
    return driver.execute_script("return document.getElementById('verify').dataset.key")


def agree(driver, page, file, expected):
    """Both say the same, and it is what was expected; returns the page's text."""
    found, text = check(driver, file)
    told = public_site.verdict(page, file, key_of(driver))
    picture = told.get("picture") or told
    assert found["verdict"] == expected, (file, found, told)
    assert told["verdict"] == expected, (file, told)
    if expected in ("countersigned", "signed"):
        for key in KEYS:
            assert found.get(key) == picture.get(key), (key, found.get(key), picture.get(key))
    return text


def changed(file, at):
    """A copy of a file in which one bit differs."""
    bytes_ = bytearray(file.read_bytes())
    bytes_[at] ^= 1
    copy = file.with_name(f"changed-{at}-{file.name}")
    copy.write_bytes(bytes(bytes_))
    return copy


def pictures(page):
    """A picture of the page's library, exported before and after it was countersigned."""
    page.command("models", "train", "Valley", "--all")
    page.command("generate", "--model", "Valley", "--seed", "7", "--size", "320x240")
    made = json.loads(page.command("generations", "list", "--json"))["generations"][0]["id"]
    files = {}
    for name in ("early.png", "late.png", "late.jpg"):
        if name == "late.png":
            page.command("sync")
        files[name] = page.folder / name
        page.command("generations", "export", made, "--out", files[name])
    work = json.loads(page.command("works", "list", "--json"))["works"][0]["id"]
    copies = json.loads(page.command(
        "works", "sign", work, "--out", page.folder / "signed", "--json"))["copies"]
    files["work"] = page.folder / copies[0]["file"]
    return files


def mangled(file, seed):
    """Copies with a byte changed, cut off, or doubled at places all over the file."""
    bytes_ = file.read_bytes()
    for turn in range(12):
        at = (seed * 7919 + turn * len(bytes_) // 12) % len(bytes_)
        for name, body in (("bit", bytes_[:at] + bytes([bytes_[at] ^ 0x41]) + bytes_[at + 1:]),
                           ("cut", bytes_[:at]), ("more", bytes_[:at] + bytes_[at - 9:])):
            copy = file.with_name(f"{name}-{turn}-{file.name}")
            copy.write_bytes(body)
            yield copy


def main():
    with public_site.site() as site, studio.studio(works=3) as page, \
            public_site.site() as elsewhere, studio.studio(works=3) as other, \
            browser.start(1280, 900) as driver:
        page.command("join", site.address)
        other.command("join", elsewhere.address)
        files = pictures(page)
        driver.get(site.address + "/verify")
        browser.wait_for(driver, "return 'ready' in document.documentElement.dataset")
        text = agree(driver, page, files["late.png"], "countersigned")
        browser.wait_for(
            driver, "return document.body.textContent.includes('nothing stands against it')")
        assert "Countersigned" in text, text
        agree(driver, page, files["late.jpg"], "countersigned")
        agree(driver, page, files["early.png"], "signed")
        agree(driver, page, files["work"], "signed")
        for name in ("late.png", "late.jpg"):
            size = files[name].stat().st_size
            agree(driver, page, changed(files[name], size - 400), "altered")
            for copy in mangled(files[name], 3):
                found, _ = check(driver, copy)
                told = public_site.verdict(page, copy, key_of(driver))
                assert found["verdict"] == told["verdict"], (copy, found, told)
        strange = pictures(other)
        agree(driver, page, strange["late.png"], "unknown")
        plain = studio.png(page.folder / "plain.png", 3)
        agree(driver, page, plain, "unknown")
        hostile = plain.with_name("<img src=x onerror=alert(1)>.png")
        hostile.write_bytes(plain.read_bytes())
        agree(driver, page, hostile, "unknown")
        assert driver.find_element("id", "name").text == hostile.name


if __name__ == "__main__":
    main()
