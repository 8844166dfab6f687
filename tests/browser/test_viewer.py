"""The viewer in a real browser against the values in the file."""

import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from medrnn.imaging import read
from medrnn.imaging.samples import read_sample
from medrnn.imaging.windowing import apply_window
from tests.imaging.made import make_dicom

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


def pixels_of(page):
    """The canvas of the image as (row, column, RGBA)."""
    found = page.locator(".viewer canvas").first.evaluate(
        "c => [c.height, c.width, [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]]"
    )
    return np.array(found[2], np.uint8).reshape(found[0], found[1], 4)


def test_overlay_planes_are_drawn_in_the_cursor_colour_and_taken_away_again(open_sample):
    page, study = open_sample("mr-abdomen"), read_sample("mr-abdomen")
    canvas_of(page)
    button = page.get_by_role("button", name="Overlay planes")
    expect(button).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(100)
    drawn = pixels_of(page)
    page.keyboard.press("o")
    expect(page.locator(".viewer[data-planes=false]")).to_be_visible()
    page.wait_for_timeout(100)
    bare = pixels_of(page)
    changed = (drawn != bare).any(-1)
    assert (drawn[changed][:, :3] == (255, 176, 0)).all()
    rows, columns = np.nonzero(study.overlays[0].mask[0])
    zoom = float(seen(page)["zoom"])
    top, left = ((size - zoom * n) / 2 for size, n in zip(changed.shape, (484, 484), strict=True))
    for row, column in zip(rows, columns, strict=True):
        assert changed[int(top + (row + 0.5) * zoom), int(left + (column + 0.5) * zoom)]
    assert changed.sum() == pytest.approx(rows.size * zoom**2, rel=0.1)
    button.click()
    page.wait_for_timeout(100)
    assert np.array_equal(pixels_of(page), drawn)


def test_an_image_without_overlay_planes_has_no_button_for_them(open_sample):
    page = open_sample("ct-abdomen")
    expect(page.locator(".viewer button.invert")).to_be_visible()
    expect(page.locator(".viewer button.planes")).to_be_hidden()


@pytest.mark.parametrize("dtype", [np.int16, np.uint32], ids=lambda kind: kind.__name__)
def test_a_files_lookup_table_is_drawn_as_python_draws_it(server, visit, dtype):
    array = np.random.default_rng(0).integers(0, 4096, (64, 64)).astype(dtype)
    item = Dataset()
    item.LUTDescriptor = [3000, 500, 12]
    item.add_new("LUTData", "US", (4095 - np.linspace(0, 64, 3000) ** 2 / 1.0005).astype(int).tolist())
    tags = {"VOILUTSequence": Sequence([item]), "WindowCenter": [2000, 900], "WindowWidth": [4000, 100]}
    data, page = make_dicom(array, **tags), visit.page
    page.goto(server.url)
    page.locator("input[type=file]").first.set_input_files({"name": "a", "mimeType": "", "buffer": data})
    expect(page.get_by_text("64 rows x 64 columns")).to_be_visible(timeout=60_000)
    page.locator(".viewer[data-loaded=true]").wait_for()
    for name, window in read(data).windows:
        page.locator(".viewer select.preset").select_option(name)
        page.wait_for_timeout(150)
        drawn = pixels_of(page)
        zoom = float(seen(page)["zoom"])
        top, left = ((size - zoom * 64) / 2 for size in drawn.shape[:2])
        inner = np.arange(16, 48)  # clear of the words in the corners
        at = np.ix_((top + (inner + 0.5) * zoom).astype(int), (left + (inner + 0.5) * zoom).astype(int))
        wanted = 255 * apply_window(array, window)[np.ix_(inner, inner)]
        assert np.abs(drawn[..., 0][at] - wanted).max() <= 1.001, name
        assert wanted.std() > 30
    assert window.table and visit.errors == []
