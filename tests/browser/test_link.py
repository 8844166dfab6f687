"""Two viewers side by side that go together in the browser."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_cuts import address, studies  # noqa: F401  the same page with the same volumes

pytestmark = pytest.mark.browser


@pytest.fixture
def open_pair(address, visit):  # noqa: F811
    def go(query=""):
        visit.page.goto(f"{address}/{query}")
        visit.page.get_by_role("radio", name="Side by side").click()
        expect(visit.page.locator(".viewer[data-loaded=true]")).to_have_count(2)
        return visit.page

    yield go
    assert visit.errors == []


@pytest.fixture
def pair(open_pair):
    return open_pair()


def seen(page):
    return [page.locator(".viewer").nth(k).evaluate("node => ({...node.dataset})") for k in (0, 1)]


def test_frames_go_together_by_their_place_in_mm(pair):
    pair.get_by_text("frames by their position in mm").wait_for()
    pair.locator(".viewer canvas").first.focus()
    assert [s["frame"] for s in seen(pair)] == ["0", "5"]  # 0 mm; the other begins at -10, 2 mm a frame
    for _ in range(3):
        pair.keyboard.press("ArrowDown")
    expect(pair.locator(".viewer").nth(1)).to_have_attribute("data-frame", "11")  # 12 mm, 4 mm a frame
    assert [s["frame"] for s in seen(pair)] == ["3", "11"]
    pair.locator(".viewer").nth(1).locator("canvas").first.focus()
    pair.keyboard.press("ArrowDown")
    pair.keyboard.press("ArrowDown")
    expect(pair.locator(".viewer").first).to_have_attribute("data-frame", "4")
    pair.wait_for_timeout(800)  # the server has heard of it; nothing jumps back
    assert [s["frame"] for s in seen(pair)] == ["4", "13"]


def test_zoom_and_place_go_together_and_windows_without_a_unit_do_not(pair):
    before = seen(pair)
    box = pair.locator(".viewer canvas").first.bounding_box()
    pair.mouse.move(box["x"] + 100, box["y"] + 120)
    pair.mouse.wheel(0, -300)
    pair.wait_for_timeout(200)
    after = seen(pair)
    grown = [float(b["zoom"]) / float(a["zoom"]) for a, b in zip(before, after, strict=True)]
    assert grown[0] > 1.5 and grown[1] == pytest.approx(grown[0], rel=1e-3)
    pair.mouse.down()
    pair.mouse.move(box["x"] + 160, box["y"] + 150, steps=3)
    pair.mouse.up()
    pair.wait_for_timeout(200)
    windows = [s["width"] for s in seen(pair)]
    assert windows[0] != after[0]["width"] and windows[1] == after[1]["width"]
    pair.get_by_role("button", name="Reset").first.click()
    pair.wait_for_timeout(200)
    assert [s["zoom"] for s in seen(pair)] == [s["zoom"] for s in before]


def test_a_window_in_a_unit_goes_to_the_other_view_of_that_unit(open_pair):
    page = open_pair("?unit=HU")
    page.get_by_text("and the window, since both are in HU").wait_for()
    page.locator(".viewer select.preset").nth(1).select_option("bone")
    expect(page.locator(".viewer").first).to_have_attribute("data-width", "2500")
    assert [(s["center"], s["width"]) for s in seen(page)] == [("480", "2500")] * 2


def test_the_viewer_and_the_cuts_of_the_page_follow_each_other(server, visit, studies):  # noqa: F811
    page = visit.page
    page.goto(server.url)
    page.locator("input[type=file]").first.set_input_files(studies[0] / "a.nii")
    page.locator(".viewer[data-loaded=true]").wait_for()
    page.get_by_role("radio", name="Three cuts").click()
    page.locator(".cuts[data-loaded=true]").wait_for()

    def step(canvas, key, times, frame):
        page.locator(canvas).first.focus()
        for _ in range(times):
            page.keyboard.press(key)
        page.wait_for_timeout(1000)  # Python has heard, and nothing jumps back
        expect(page.locator(".viewer")).to_have_attribute("data-frame", frame)
        expect(page.locator(".cuts")).to_have_attribute("data-frame", frame)

    step(".viewer canvas", "ArrowUp", 3, "3")  # a volume opens in its middle, here frame 6
    step(".cuts canvas", "ArrowDown", 4, "7")
    step(".viewer canvas", "ArrowUp", 4, "3")  # where it had been before
    step(".cuts canvas", "ArrowUp", 1, "2")
    page.get_by_role("button", name="Invert").last.click()
    page.get_by_role("radio", name="Three cuts").click()  # closed; the page keeps its frame
    page.wait_for_timeout(1000)
    expect(page.locator(".viewer")).to_have_attribute("data-frame", "2")
    assert visit.errors == []
