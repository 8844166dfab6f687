"""The viewer in a real browser against the values in the file."""

import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from medrnn.imaging.samples import read_sample

pytestmark = pytest.mark.browser


@pytest.fixture
def open_sample(server, visit):
    def go(name):
        visit.page.goto(f"{server.url}/?sample={name}")
        visit.page.locator(".viewer[data-loaded=true]").wait_for(timeout=60_000)
        return visit.page

    yield go
    assert visit.errors == []
    assert visit.outside == []


def canvas_of(page):
    canvas = page.locator(".viewer canvas").first
    canvas.focus()
    return canvas, canvas.bounding_box()


def seen(page):
    return page.locator(".viewer").evaluate("node => ({...node.dataset})")


def test_the_value_under_the_pointer_is_the_value_in_the_file(open_sample):
    page, values = open_sample("ct-abdomen"), read_sample("ct-abdomen").values[0]
    _, box = canvas_of(page)
    for x, y in ((0.3, 0.4), (0.5, 0.55), (0.71, 0.62)):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        words = page.locator(".viewer output").inner_text()
        row, column, value = map(int, re.match(r"row (\d+), column (\d+): (-?\d+) HU", words).groups())
        assert values[row, column] == value


def test_a_regions_figures_are_those_of_its_values(open_sample):
    page, values = open_sample("ct-abdomen"), read_sample("ct-abdomen").values[0]
    _, box = canvas_of(page)
    page.keyboard.press("r")
    page.mouse.move(box["x"] + 200, box["y"] + 260)
    page.mouse.down()
    page.mouse.move(box["x"] + 310, box["y"] + 330, steps=4)
    page.mouse.up()
    expect(page.locator(".viewer[data-region]")).to_be_visible()
    found = json.loads(seen(page)["region"])
    part = values[found["y"] : found["y"] + found["height"], found["x"] : found["x"] + found["width"]].astype(
        float
    )
    assert found["n"] == part.size > 1000
    np.testing.assert_allclose(
        [found["mean"], found["sd"], found["low"], found["high"]],
        [part.mean(), part.std(), part.min(), part.max()],
        rtol=1e-9,
    )


def test_a_preset_a_drag_the_keys_and_reset_change_the_window_without_the_server(open_sample):
    page = open_sample("ct-abdomen")
    start = seen(page)
    page.locator(".viewer select.preset").select_option("bone")
    assert (seen(page)["center"], seen(page)["width"]) == ("480", "2500")
    canvas, box = canvas_of(page)
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 260, box["y"] + 240, steps=4)
    page.mouse.up()
    page.wait_for_timeout(100)
    assert float(seen(page)["width"]) > 2500
    page.keyboard.press("i")
    expect(page.locator(".viewer[data-inverted=true]")).to_be_visible()
    page.keyboard.press("+")
    page.wait_for_timeout(100)
    assert float(seen(page)["zoom"]) > float(start["zoom"])
    page.get_by_role("button", name="Reset").click()
    page.wait_for_timeout(100)
    assert {k: seen(page)[k] for k in ("center", "width", "zoom", "inverted")} == {
        k: start[k] for k in ("center", "width", "zoom", "inverted")
    }


def test_frames_play_to_the_end_and_stop_there(open_sample):
    page = open_sample("mr-multiframe")
    canvas_of(page)
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Stop", exact=True).last).to_be_visible()
    expect(page.locator(".viewer[data-frame='9']")).to_be_visible(timeout=10_000)
    expect(page.locator(".viewer").get_by_role("button", name="Play")).to_be_visible()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".viewer[data-frame='8']")).to_be_visible()
