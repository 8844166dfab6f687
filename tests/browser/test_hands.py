"""By keyboard alone and by touch alone, in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.browser.places import MEMORY, PLACES, settle
from tests.browser.test_sight import SIGHT

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
MOST = 12  # presses from the top of a page to its first primary button
PRIMARY = "[data-testid^=stBaseButton-primary], .player .play"


def walk(page):
    """What the tab key reaches from the top, in order, with what is wrong with its focus ring."""
    found = []
    for _ in range(90):
        page.keyboard.press("Tab")
        at = page.evaluate("sight.focused()")
        if at is None and page.evaluate("document.activeElement === document.body"):
            break
        if at:
            found.append(at)
    return found


def presses(page):
    """How many presses lead to the first primary button: the link over the navigation, Enter, and on."""
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    for count in range(3, 90):
        page.keyboard.press("Tab")
        if (page.evaluate("sight.focused()") or {}).get("kind") == "primary":
            return count
    raise AssertionError("the tab key does not reach it")


def opened(page, url, name):
    """A fresh visit of a place; the fresh page Read has no image yet."""
    address, sign = {
        "read, fresh": ("read", "[data-testid=stAlert]"),
        "train, fresh": ("train", "[data-testid=stNumberInput]:visible"),
    }.get(name) or PLACES[name]
    page.goto(f"{url}/{address}")
    page.locator(sign).first.wait_for(timeout=60_000)
    settle(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_keyboard_shows_where_it_is_and_is_soon_at_the_first_primary_button(chromium, server, theme):
    context = chromium.new_context(viewport={"width": 1400, "height": 900}, color_scheme=theme)
    page = context.new_page()
    page.add_init_script(path=SIGHT)
    found = []
    for name in ("open", "read", "whatif", "train, fresh"):
        opened(page, server.url, name)
        found += [f"{name}: {at['wrong']} of {at['name']}" for at in walk(page) if at["wrong"]]
    for name in ("open", "read, fresh", "memory", "map", "train, fresh", "models"):
        opened(page, server.url, name)
        if page.locator(PRIMARY).count() and (count := presses(page)) > MOST:
            found.append(f"{name}: {count} presses to the first primary button")
    context.close()
    assert not found, "\n".join(found)


@pytest.fixture
def touched(chromium):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def test_a_finger_steps_enlarges_and_selects(server, touched):
    page = touched
    page.goto(f"{server.url}/{MEMORY}&view=gates")
    player, tracks = page.locator(".player"), page.locator(".tracks")
    expect(page.locator(".tracks[data-step='16']")).to_be_visible(timeout=60_000)
    player.get_by_role("button", name="One step back").tap()
    expect(page.locator(".player[data-step='15']")).to_be_visible()
    player.get_by_role("button", name="Enlarge o").tap()
    expect(page.locator(".player[data-focus='o']")).to_be_visible()

    tracks.get_by_role("button", name="Select steps").tap()
    expect(page.locator(".tracks[data-span='15-16']")).to_be_visible()
    tracks.locator("canvas[data-row='0']").tap(position={"x": 6, "y": 20})  # the first step ends it
    expect(page.locator(".tracks[data-span='0-16']")).to_be_visible()
    expect(page.get_by_text("Selected: steps 1 to 16")).to_be_visible()
    expect(page.locator(".player[data-step='0']")).to_be_visible()
    tracks.get_by_role("button", name="Clear the selection").tap()
    expect(page.locator(".tracks[data-span='']")).to_be_visible()
    tracks.locator("canvas[data-row='0']").tap(position={"x": 60, "y": 20})
    expect(page.locator(".tracks[data-span='']")).to_be_visible()  # and no more is selected
