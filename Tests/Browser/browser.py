"""Starts Debian's Chromium without a window; nothing is fetched from outside."""

import base64
import contextlib
import fcntl
import os
import tempfile
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

# Seconds that a condition may take on a busy machine.
PATIENCE = 60
# How many browsers this script has open.
opened = 0


@contextlib.contextmanager
def turn():
    """One script has browsers at a time: on two cores several would wait for each other."""
    global opened
    path = os.path.join(tempfile.gettempdir(), f"atelier-browser-{os.getuid()}.lock")
    with open(path, "w", encoding="utf-8") as lock:
        if opened == 0:
            fcntl.flock(lock, fcntl.LOCK_EX)
        opened += 1
        try:
            yield
        finally:
            opened -= 1


@contextlib.contextmanager
def start(width, height, language="en", scheme="light", arguments=(), logs=()):
    """A browser with a window of a size, a language and a colour scheme; it keeps its own log and
    the named ones."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                     "--disable-dev-shm-usage", "--disable-background-networking",
                     "--force-color-profile=srgb", f"--lang={language}",
                     f"--window-size={width},{height}", *arguments):
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"intl.accept_languages": language})
    options.set_capability("goog:loggingPrefs", dict.fromkeys(("browser", *logs), "ALL"))
    with turn():
        driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        try:
            resize(driver, width, height)
            driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
                "features": [{"name": "prefers-color-scheme", "value": scheme},
                             {"name": "prefers-reduced-motion", "value": "reduce"}]})
            yield driver
        finally:
            driver.quit()


def resize(driver, width, height):
    """Gives the page exactly this many pixels."""
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})


def wait_for(driver, script, *values, seconds=PATIENCE):
    """Waits until a script answers with something true, and returns that."""
    end = time.monotonic() + seconds
    while True:
        answer = driver.execute_script(script, *values)
        if answer:
            return answer
        assert time.monotonic() < end, f"not within {seconds} s: {script}"
        time.sleep(0.1)


def screenshot(driver, path, width):
    """Writes the whole page, not only what the window shows, as a PNG file."""
    height = driver.execute_script("return document.documentElement.scrollHeight")
    picture = driver.execute_cdp_cmd("Page.captureScreenshot", {
        "captureBeyondViewport": True,
        "clip": {"x": 0, "y": 0, "width": width, "height": min(height, 12_000), "scale": 1}})
    with open(path, "wb") as file:
        file.write(base64.b64decode(picture["data"]))
