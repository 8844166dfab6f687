"""Draw pictures of every page and closer look.

Run as ``python -m tests.screenshots [FOLDER]``: every place light and dark at 1400 pixels, dark at 900, at the
presentation size on 1024 x 768, and on a phone of 390 pixels, into the folder (screenshots/, which git leaves out).
Without a folder the README's own are renewed in assets/screenshots too.
"""

import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import CALM, ROOT, Server, come_back, find_chromium
from tests.browser.places import LOOKS, PLACES, build_index, go, settle, train

README = (
    "open",
    "read",
    "memory",
    "series",
    "sweeps",
    "gates",
    "map",
    "data",
    "train",
    "runs",
    "compare",
    "lesson",
    "models",
    "about",
)
EPOCHS = 5
WIDE, TALL = 1000, 1090  # pixels: from which width on a picture is made so high where it shows more


@dataclass(frozen=True)
class Screen:
    """What a picture is taken on.

    Attributes:
        name: stands in the file's name.
        width, height: in CSS pixels.
        theme: "light" or "dark".
        is_large: at the presentation size.
    """

    name: str
    width: int
    height: int = 900
    theme: str = "light"
    is_large: bool = False


SCREENS = (
    Screen("light-1400", 1400),
    Screen("dark-1400", 1400, theme="dark"),
    Screen("dark-900", 900, theme="dark"),
    Screen("presentation-1024", 1024, 768, is_large=True),
    Screen("light-390", 390, 844),
)


def _shoot(page: Page, url: str, screen: Screen, name: str, run: str, file: Path) -> None:
    go(page, url, name, run)
    if screen.is_large:
        page.goto(page.url + ("&" if "?" in page.url else "?") + "size=large")
        page.locator(PLACES[name][1]).first.wait_for(timeout=90_000)
    settle(page, 800)
    if name in LOOKS:  # stands below the first screen
        page.get_by_text("Look closer", exact=True).evaluate("node => node.scrollIntoView()")
        page.wait_for_timeout(300)
    if name == "series" and screen.width > WIDE:  # the player and the cuts below it, both whole
        page.set_viewport_size({"width": screen.width, "height": TALL})
        page.locator(".cuts .panes").evaluate("node => node.scrollIntoView({block: 'end'})")
        page.wait_for_timeout(300)
    if name == "sweeps":
        page.get_by_text("Gate or state", exact=True).evaluate("node => node.scrollIntoView()")
        page.wait_for_timeout(300)
    page.screenshot(path=file)
    page.set_viewport_size({"width": screen.width, "height": screen.height})


def shoot(folder: Path) -> None:
    """Save ``NAME-SCREEN.png`` for every place on every screen."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        server = Server(Path(temporary) / "runs")
        browser = playwright.chromium.launch(executable_path=find_chromium(playwright), args=CALM)
        try:
            browser.first_visit = browser.new_context
            page = come_back(browser).new_page()
            run = train(page, server.url, EPOCHS)
            build_index(page, server.url)
            for screen in SCREENS:
                size = {"width": screen.width, "height": screen.height}
                context = come_back(browser, viewport=size, color_scheme=screen.theme)
                page = context.new_page()
                for name in PLACES:
                    _shoot(page, server.url, screen, name, run, folder / f"{name}-{screen.name}.png")
                context.close()
        finally:
            browser.close()
            server.stop()


if __name__ == "__main__":
    made = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "screenshots"
    shoot(made)
    if len(sys.argv) < 2:
        for shown in README:
            file = f"{shown}-light-1400.png"
            shutil.copy(made / file, ROOT / "assets" / "screenshots" / file)
