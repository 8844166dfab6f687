"""Map in a real browser: one place in every map, how they are coloured, the picture that is saved, a test cancelled."""

import json
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
THREE = (
    "/map?sample=chest-child-pneumonia-1&model=pneumonia-lstm-forward"
    "&methods=integrated-gradients,saliency,row-occlusion"
)


def opened(visit, server, link=THREE):
    page = visit.page
    page.goto(f"{server.url}{link}")
    expect(page.locator(".maps[data-maps]")).to_be_visible(timeout=90_000)
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=60_000
    )
    return page


def values(page):
    return page.locator(".panel .value").all_inner_texts()[1:]  # the image itself has none


def test_a_place_in_one_map_is_the_same_in_all(server, visit):
    page = opened(visit, server)
    root, second = page.locator(".maps"), page.locator(".panel").nth(2).locator("canvas.picture")
    box = second.bounding_box()
    second.hover(position={"x": box["width"] * 3.5 / 28, "y": box["height"] * 20.5 / 28})
    expect(root).to_have_attribute("data-row", "20")
    expect(root).to_have_attribute("data-column", "3")
    expect(root).to_have_attribute("data-step", "20")
    expect(page.locator(".maps .where")).to_contain_text(
        "Row 21, column 4 of the 28 \u00d7 28 that the network reads, read at row 21 of 28."
    )
    before = values(page)
    root.focus()
    page.keyboard.press("ArrowUp")
    expect(root).to_have_attribute("data-row", "19")
    assert values(page) != before
    assert not visit.errors and not visit.outside


def test_signs_are_shown_or_left_out_in_every_map_that_has_them(server, visit):
    page = opened(visit, server)
    ends = page.locator(".panel .ends")
    expect(ends.nth(0)).to_contain_text("against pneumonia")
    expect(ends.nth(1)).not_to_contain_text("against")
    page.locator(".maps .sign").select_option("size")
    expect(ends.nth(0)).not_to_contain_text("against")
    assert not any(re.match("[\u2212+]", value) for value in values(page))
    page.locator(".maps .clip").select_option("100")
    expect(ends.nth(0)).not_to_contain_text("\u2265")


def test_how_maps_are_coloured_changes_their_pixels_and_stays_with_another_method(server, visit):
    page = opened(visit, server)
    canvas = page.locator(".panel").nth(1).locator("canvas.picture")
    seen = [canvas.evaluate("one => one.toDataURL()")]
    for name, option in (("scheme", "green"), ("under", "nothing"), ("clip", "90")):
        page.locator(f".maps .{name}").select_option(option)
        page.wait_for_timeout(200)
        seen.append(canvas.evaluate("one => one.toDataURL()"))
    assert len(set(seen)) == 4
    page.get_by_role("combobox", name="Baseline").click()
    page.get_by_role("option", name="Blur").click()
    expect(page.locator(".compared")).to_contain_text("blurred", timeout=60_000)
    root = page.locator(".maps")
    for name, value in (("scheme", "green"), ("under", "nothing"), ("clip", "90")):
        expect(root).to_have_attribute(f"data-{name}", value)


def test_the_saved_picture_holds_all_maps_and_how_they_were_made(server, visit):
    page = opened(visit, server)
    with page.expect_download() as waiting:
        page.locator(".maps .save").click()
    with Image.open(waiting.value.path()) as picture:
        told, made = picture.text["Description"], json.loads(picture.text["Inference"])
        assert picture.width > 1500
    assert "Research and teaching only, not for diagnosis" in told and "was sensitive to" in told
    assert made["model"] == "pneumonia-lstm-forward"


def test_a_test_that_is_cancelled_ends_and_can_be_asked_for_again(server, visit):
    page = opened(visit, server, f"{THREE.split('&methods')[0]}&method=temporal-rescaling")
    ask = page.get_by_role("button", name="Test this map")
    ask.click()
    cancel = page.get_by_role("button", name="Cancel", exact=True)
    cancel.click(timeout=60_000)
    expect(ask).to_be_visible(timeout=60_000)
    expect(cancel).to_be_hidden()
    expect(page.get_by_text("Thresholds")).to_have_count(0)
    assert not visit.errors
