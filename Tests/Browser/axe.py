"""Looks at a page with axe-core, which Scripts/setup brings."""

import os

import studio

FILE = studio.ROOT / ".build/oracles/axe_playwright_python/axe.min.js"
IMPACTS = ("serious", "critical")


def is_there():
    """Whether axe-core is on this machine."""
    return FILE.exists()


def findings(driver):
    """What is serious on the page that is shown, a line for each element."""
    if not driver.execute_script("return Boolean(window.axe)"):
        driver.execute_script(FILE.read_text(encoding="utf-8"))
    answer = driver.execute_async_script("""
        const done = arguments[0];
        axe.run(document, { resultTypes: ['violations'] })
            .then((found) => done(found.violations), (error) => done(String(error)));""")
    assert isinstance(answer, list), answer
    return [f"{found['id']} ({found['impact']}): {node['target']} {node['html'][:160]}"
            f" {node['failureSummary'][:300] if os.environ.get('AXE_WHY') else ''}"
            for found in answer if found["impact"] in IMPACTS for node in found["nodes"]]
