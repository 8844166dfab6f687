"""Compare in a real browser: one cursor through readings of unlike length, and room for four, two and one column."""

import pytest
from PIL import Image
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
FILM = "sample=chest-film-bacterial-1"
MIXED = f"/compare?{FILM}&models=chest-renet,chest-cnn,pneumonia-lstm-forward,pneumonia-rnn-forward"


def opened(visit, server, link):
    page = visit.page
    page.goto(f"{server.url}{link}")
    expect(page.locator(".columns[data-steps]")).to_be_visible(timeout=90_000)
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=60_000
    )
    return page


def test_a_click_in_one_column_goes_there_in_all(server, visit):
    page = opened(visit, server, MIXED)
    root = page.locator(".columns")
    expect(root).to_have_attribute("data-own", "15,0,27,27")  # 16 places, no steps, 28 rows twice
    curve = page.locator(".column").nth(2).locator("canvas[aria-label*='after each step']")
    box = curve.bounding_box()
    curve.click(position={"x": box["width"] * 6.5 / 28, "y": 20})
    expect(root).to_have_attribute("data-own", "3,0,6,6")  # 7 of 28 rows: 4 of 16 places
    image = page.locator(".column").nth(0).locator("canvas[aria-label*='veiled']")
    box = image.bounding_box()
    image.click(position={"x": box["width"] * 8.5 / 16, "y": box["height"] * 10.5 / 16})
    expect(root).to_have_attribute("data-own", "10,0,18,18")
    root.focus()
    page.keyboard.press("Home")
    expect(root).to_have_attribute("data-own", "0,0,0,0")
    page.get_by_role("button", name="Play").click()
    expect(root).to_have_attribute("data-own", "15,0,27,27", timeout=20_000)
    assert not visit.errors and not visit.outside


@pytest.mark.parametrize("width, height, across", [(1400, 900, 4), (900, 700, 2), (390, 800, 1)])
def test_columns_stand_beside_each_other_as_far_as_there_is_room(server, visit, width, height, across):
    visit.page.set_viewport_size({"width": width, "height": height})
    page = opened(visit, server, MIXED)
    if width < 800 and page.get_by_test_id("stSidebarCollapseButton").is_visible():
        page.get_by_test_id("stSidebarCollapseButton").click()
    boxes = [one.bounding_box() for one in page.locator(".column").all()]
    first = boxes[0]["y"]
    assert sum(abs(box["y"] - first) < 2 for box in boxes) == across
    assert all(box["width"] > 180 for box in boxes)
    for kind in ("after each step", "last state depends"):  # rows of one kind lie in one line
        tops = [c.bounding_box()["y"] for c in page.locator(f"canvas[aria-label*='{kind}']").all()]
        if across == 4:
            assert max(tops) - min(tops) < 2


def test_the_saved_picture_holds_all_columns_and_how_they_were_made(server, visit):
    page = opened(visit, server, MIXED)
    with page.expect_download() as waiting:
        page.locator(".columns .save").click()
    with Image.open(waiting.value.path()) as picture:
        told, made = picture.text["Description"], picture.text["Inference"]
        assert picture.width > 1500
    assert "Research and teaching only, not for diagnosis" in told
    for name in ("chest-renet", "chest-cnn", "pneumonia-lstm-forward", "pneumonia-rnn-forward"):
        assert name in told and f'"model": "{name}"' in made
