"""A sweep over the image in a real browser: a click on its map goes there, a click on a small map chooses the unit."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from medrnn.imaging.samples import read_sample
from medrnn.models.catalog import find_card
from medrnn.sequences import read_study

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
ADDRESS = "/memory?sample=chest-film-viral-2&model=chest-renet&module=sweeps.0.columns&line=3&step=2"


def points(page, key):
    """The layer of a figure that takes clicks."""
    return page.locator(f".st-key-lab__figure-{key} .nsewdrag").first


def test_a_click_on_the_map_shows_the_states_of_that_place_in_the_player(server, visit):
    page = visit.page
    page.goto(server.url + ADDRESS)
    player = page.locator(".player")
    expect(player).to_have_attribute("data-step", "1", timeout=90_000)
    expect(page.get_by_text(re.compile("now row 2, column 3 of 16 x 16"))).to_be_visible(timeout=60_000)
    layer = points(page, "map")
    layer.scroll_into_view_if_needed()
    box = layer.bounding_box()
    side = min(box["width"], box["height"])
    left, top = box["x"] + (box["width"] - side) / 2, box["y"] + (box["height"] - side) / 2
    page.mouse.click(left + side * 10.5 / 16, top + side * 6.5 / 16)
    expect(page.get_by_text(re.compile("now row 7, column 11 of 16 x 16"))).to_be_visible(timeout=60_000)
    expect(player).to_have_attribute("data-step", "6", timeout=60_000)
    expect(page.get_by_text("This app has encountered an error")).to_have_count(0)
    atlas = points(page, "atlas")
    box = atlas.bounding_box()
    before = page.get_by_text(re.compile(r"^h of unit \d+,")).inner_text()
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
    expect(page.get_by_text(re.compile(r"^h of unit \d+,"))).not_to_have_text(before, timeout=60_000)


def test_a_saved_trace_says_where_the_steps_of_its_line_lie(server, visit, tmp_path):
    page = visit.page
    page.goto(server.url + ADDRESS)
    with page.expect_download(timeout=90_000) as saved:
        page.get_by_role("button", name="Trace (NPZ)").click()
    saved.value.save_as(tmp_path / "trace.npz")
    with np.load(tmp_path / "trace.npz", allow_pickle=False) as arrays:
        assert arrays["layer0/forward/h"].shape == (16, 56) and str(arrays["module"]) == "sweeps.0.columns"
        boxes = arrays["boxes"]
        x, y, width, height = read_study(
            read_sample("chest-film-viral-2"), find_card("chest-renet").config.reading
        ).crop
    np.testing.assert_allclose(boxes[:, 0], x + 2 * width / 16, atol=1e-3)  # the third column
    np.testing.assert_allclose(boxes[:, 1], y + height * np.arange(16) / 16, atol=1e-3)


def test_a_sweep_that_comes_before_any_answer_says_so(server, visit):
    page = visit.page
    page.goto(server.url + ADDRESS.replace("columns", "rows"))
    expect(page.locator(".player .now")).to_have_text("no answer yet", timeout=90_000)
