"""Two windows of a real browser, for measurements beside a crowd; a process of its own."""

import json
import sys
import time
from typing import Any

from medrnn.bench.browser import browsing, wait_until_calm
from medrnn.bench.crowd import PATIENCE_S, SMALL
from medrnn.bench.tab import is_finished
from medrnn.errors import ConfigError

BROWSER_S = 5  # between two runs


class Window:
    """A window of a real browser on the page Memory."""

    def __init__(self, page: Any, url: str) -> None:
        self._page = page
        page.set_default_timeout(1000 * PATIENCE_S)
        with page.expect_websocket(lambda socket: socket.url.endswith("/_stcore/stream")) as coming:
            page.goto(f"{url}/memory?sample={SMALL[0]}")
        self._socket = coming.value
        wait_until_calm(page)

    def run_again(self) -> float:
        """From a click to the message that the page's script has run, in seconds."""
        began = time.monotonic()
        with self._socket.expect_event("framereceived", is_finished):
            self._page.get_by_role("link", name="Memory").click()
        return time.monotonic() - began


def browse(url: str, stay_s: float) -> list[float]:
    """Two windows of a real browser run the page Memory again by turns; nothing where there is no browser."""
    found = []
    try:
        with browsing() as page:
            windows = [Window(one, url) for one in (page, page.context.browser.new_page())]
            end = time.monotonic() + stay_s
            while time.monotonic() < end:
                for window in windows:
                    found.append(window.run_again())
                    time.sleep(BROWSER_S)
    except ConfigError as error:
        print(f"No real browser beside the crowd: {error}", file=sys.stderr)
    return found


if __name__ == "__main__":
    print(json.dumps(browse(sys.argv[1], float(sys.argv[2]))))
