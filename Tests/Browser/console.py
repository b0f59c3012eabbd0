"""A server with its console in a real browser, and moderators who have passkeys in it."""

import contextlib
import os
import pathlib
import re
import shutil
import tempfile

import browser
import serving

LANGUAGES = ("en", "ja", "it")
# An authenticator of the browser's own, which verifies its user and keeps passkeys.
AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
    "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}


class Console:
    """A folder with a server's data, and the server on it."""

    def __init__(self, folder, options=()):
        self.folder = pathlib.Path(folder)
        self.options = ["--data", str(self.folder / "server"), *options]
        self.process = None
        self.site = None
        self.link = None

    def serve(self, *arguments):
        """Starts the server; keeps its address, and the first administrator's link."""
        self.process, self.link = serving.serve(
            r"\S+/console/welcome#\S+", *self.options, *arguments)
        # A passkey is made for a name.
        self.site = self.link.split("/console/")[0]

    def command(self, *arguments):
        """Runs a command of the operator and returns what it printed."""
        return serving.command(self.options, *arguments)

    def invitation(self, name, role):
        """The address where a moderator makes their passkey."""
        told = self.command("moderator", "add", name, "--role", role)
        return self.site + re.search(r"/console/welcome#\S+", told)[0]

    def stop(self):
        if self.process:
            serving.stop(self.process)
            self.process = None


@contextlib.contextmanager
def console(*options, arguments=()):
    """A server in a new folder, which is deleted afterwards."""
    folder = tempfile.mkdtemp(prefix="atelier-console-")
    # A database that others share, where the test has one.
    database = os.environ.get("CONSOLE_DATABASE")
    server = Console(folder, [*options, *(["--database", database] if database else [])])
    try:
        server.serve(*arguments)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def add_authenticator(driver):
    """Gives the browser an authenticator; returns its id."""
    driver.execute_cdp_cmd("WebAuthn.enable", {})
    return driver.execute_cdp_cmd(
        "WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]


def passkeys(driver, authenticator):
    """What the authenticator holds."""
    return driver.execute_cdp_cmd(
        "WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]


def is_at(driver, path):
    """Waits until the page of a path is there."""
    browser.wait_for(driver, "return location.pathname === arguments[0]"
                             " && document.readyState === 'complete'", path)


def press(driver, selector):
    """Presses what a selector finds, once it can be pressed."""
    browser.wait_for(driver, """
        const found = document.querySelector(arguments[0]);
        if (!found || found.disabled || !found.getClientRects().length) return false;
        found.click();
        return true;""", selector)


def go(driver):
    """Presses the button that asks for the passkey."""
    press(driver, "#go")


def welcome(driver, link):
    """Makes a passkey by a one-time link; the console follows."""
    driver.get("about:blank")
    driver.get(link)
    go(driver)
    is_at(driver, "/console")


def sign_in(driver, site, path="/console"):
    """Signs in by the passkey and goes to a page."""
    driver.get(site + path)
    is_at(driver, "/console/sign-in")
    go(driver)
    is_at(driver, path)


def sign_out(driver):
    """Signs out by the button that every page has."""
    press(driver, "form[action='/console/sign-out'] button")
    is_at(driver, "/console/sign-in")


def said(driver):
    """The name of the text that the page shows about the passkey."""
    return driver.execute_script(
        "return document.querySelector('[data-said]:not([hidden])')?.dataset.said")
