"""An open page hears of what another program does, and never replaces what somebody types."""

import browser
import console


def rows(driver):
    return driver.execute_script("return document.querySelectorAll('tbody tr').length")


def watch(driver, server):
    """Opens the log and waits until the page has been told where things stand."""
    driver.get(server.site + "/console/audit?action=invite")
    browser.wait_for(driver, """
        return performance.getEntriesByType('resource')
            .some((entry) => entry.name.endsWith('/site/js/live.js'));""")


def news_come_by_themselves(driver, server):
    watch(driver, server)
    before = rows(driver)
    # Until the stream is open nothing is heard; so another act is done until one is.
    for _ in range(20):
        server.command("invite", "create")
        try:
            browser.wait_for(driver, "return document.querySelectorAll('tbody tr').length"
                                     " !== arguments[0]", before, seconds=5)
            return
        except AssertionError:
            pass
    raise AssertionError("no news came")


def what_is_typed_stays(driver, server):
    # The focus is inside what would be replaced: the news are offered.
    driver.execute_script("""
        const field = document.createElement('input');
        field.id = 'mine';
        document.querySelector('[data-live] td').append(field);
        field.focus();""")
    driver.find_element("id", "mine").send_keys("half a sentence")
    before = rows(driver)
    server.command("invite", "create")
    browser.wait_for(driver, "return !document.getElementById('news').hidden")
    assert rows(driver) == before
    assert driver.find_element("id", "mine").get_attribute("value") == "half a sentence"
    console.press(driver, "#news button")
    browser.wait_for(driver, "return document.querySelectorAll('tbody tr').length"
                             " > arguments[0]", before)


def main():
    with console.console() as server, browser.start(1280, 900) as driver:
        console.add_authenticator(driver)
        console.welcome(driver, server.link)
        news_come_by_themselves(driver, server)
        what_is_typed_stays(driver, server)


main()
