"""Draw the README's pictures: each page with a sample, light and dark, 1400 and 900 pixels wide.

Run as ``python -m tests.screenshots [FOLDER]``; without a folder the README's own are drawn into assets/screenshots.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import CALM, ROOT, Server, find_chromium

SAMPLE = "sample=chest-child-pneumonia-1"
SHOTS = {
    "open": (f"?{SAMPLE}", ".viewer canvas"),
    "read": (f"read?{SAMPLE}&model=pneumonia-lstm-forward", ".js-plotly-plot"),
    "memory": (f"memory?{SAMPLE}&model=pneumonia-lstm-forward&step=17", ".player[data-step='16']"),
    "gates": (f"memory?{SAMPLE}&model=pneumonia-lstm-forward&step=17&view=gates", ".tracks[data-step='16']"),
    "map": (f"map?{SAMPLE}&model=pneumonia-lstm-forward", ".viewer canvas"),
    "train": ("train", "[data-points]"),
    "runs": ("runs", "[data-points]"),
    "models": ("models?model=pneumonia-gru", "[data-testid=stDataFrame]"),
    "about": ("about", ".katex"),
}

LOWER = {"gates"}  # stands below the first screen


def _train(page: Page, url: str) -> str:
    """A short real run, so that Train and Runs have something to show; returns its id."""
    page.goto(f"{url}/train")
    page.get_by_role("button", name="Start training").click()
    page.get_by_text("finished", exact=True).wait_for(timeout=240_000)
    return page.url.rpartition("run=")[2]


def shoot(folder: Path, themes: tuple[str, ...], widths: tuple[int, ...]) -> None:
    """Save ``NAME-THEME-WIDTH.png`` for every page."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        server = Server(Path(temporary) / "runs")
        browser = playwright.chromium.launch(executable_path=find_chromium(playwright), args=CALM)
        try:
            run = _train(browser.new_page(), server.url)
            for theme in themes:
                for width in widths:
                    context = browser.new_context(
                        viewport={"width": width, "height": 900}, color_scheme=theme
                    )
                    page = context.new_page()
                    for name, (address, sign) in SHOTS.items():
                        page.goto(
                            f"{server.url}/{address}" + (f"?run={run}" if name in ("train", "runs") else "")
                        )
                        page.locator(sign).first.wait_for(timeout=90_000)
                        page.wait_for_timeout(1_500)
                        if name in LOWER:
                            page.locator(sign).scroll_into_view_if_needed()
                            page.wait_for_timeout(500)
                        page.screenshot(path=folder / f"{name}-{theme}-{width}.png")
                    context.close()
        finally:
            browser.close()
            server.stop()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        shoot(Path(sys.argv[1]), ("light", "dark"), (1400, 900))
    else:
        shoot(ROOT / "assets" / "screenshots", ("light",), (1400,))
