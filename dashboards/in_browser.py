"""Inside Superset's environment: a picture of each dashboard, as Chromium shows it.

Started by `dashboards.screenshots` with the address and the folder of the pictures. Needs Chromium
and its driver on the path.
"""

import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from dashboards.assets import read_assets
from dashboards.deployment_names import ADMIN, PASSWORD_VARIABLE

WIDTH = 1500
TALL = 3200
"""Charts outside the window are not drawn: the window is as tall as the tallest dashboard."""

LOAD_SECONDS = 120
STILL_LOADING = (
    "return document.querySelectorAll('[data-test=\"loading-indicator\"], .loading').length"
    " + (document.querySelector('.dashboard-grid, .grid-container') ? 0 : 1)"
)
CONTENT_HEIGHT = (
    "const places = [...document.querySelectorAll('.dashboard-component-chart-holder')];"
    "return Math.ceil(Math.max(...places.map(place => place.getBoundingClientRect().bottom)))"
)
FAILED_CHARTS = "return document.querySelectorAll('.ant-alert-error').length"


def main(address: str, folder: Path) -> int:
    """Log in, open each dashboard, wait until every chart is drawn; the number that failed."""
    browser = _browser()
    failed = 0
    try:
        _log_in(browser, address)
        for dashboard in read_assets().dashboards.values():
            slug = dashboard["slug"]
            page = f"{address}/superset/dashboard/{slug}/?standalone=2"
            failures = _picture(browser, page, folder / f"{slug}.png")
            print(f"{slug}: {failures} charts failed")  # noqa: T201 - the answer
            failed += failures
    finally:
        browser.quit()
    return failed


def _browser() -> Any:
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    for flag in ("--headless=new", "--no-sandbox", "--hide-scrollbars", "--lang=en"):
        options.add_argument(flag)
    options.add_argument(f"--window-size={WIDTH},{TALL}")
    # Named here, the driver is not looked for on the network.
    driver = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))
    return webdriver.Chrome(options=options, service=driver)


def _log_in(browser: Any, address: str) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    browser.get(f"{address}/login/")
    wait = WebDriverWait(browser, LOAD_SECONDS)
    name = "input[id=username], input[name=username]"
    wait.until(lambda b: b.find_element("css selector", name)).send_keys(ADMIN)
    password = browser.find_element("css selector", "input[type=password]")
    password.send_keys(os.environ[PASSWORD_VARIABLE])
    password.submit()
    wait.until(lambda b: "/login" not in b.current_url)


def _picture(browser: Any, page: str, path: Path) -> int:
    _make_tall(browser, TALL)
    browser.get(page)
    deadline = time.monotonic() + LOAD_SECONDS
    time.sleep(3)
    while browser.execute_script(STILL_LOADING) and time.monotonic() < deadline:
        time.sleep(0.5)
    time.sleep(3)  # the charts' own animation
    _make_tall(browser, browser.execute_script(CONTENT_HEIGHT) + 20)
    time.sleep(2)
    browser.save_screenshot(str(path))
    return int(browser.execute_script(FAILED_CHARTS))


def _make_tall(browser: Any, pixels: int) -> None:
    size = {"width": WIDTH, "height": pixels, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])) > 0)
