"""In a real browser: a region of the viewer becomes a mask that can be taken away, a file of one is read."""

import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from playwright.sync_api import expect

from medrnn.imaging.masks.drawing import fill_polygon
from medrnn.imaging.masks.read import draw_mask, read_mask, write_mask
from medrnn.imaging.samples import read_sample

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
SAMPLE = "ct-abdomen"


def calm(page):
    """Wait until no run is drawing."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def begin_to_draw(page):
    page.get_by_text("Mask", exact=True).click()
    page.get_by_role("switch", name="Draw one").press("Space")  # a click may miss what still slides open
    expect(page.get_by_text("Press R on the image")).to_be_visible()
    calm(page)


@pytest.fixture
def page(server, visit):
    visit.page.goto(f"{server.url}/?sample={SAMPLE}")
    visit.page.locator(".viewer[data-loaded=true]").wait_for(timeout=60_000)
    calm(visit.page)
    yield visit.page
    assert visit.errors == []
    assert visit.outside == []


def drag_region(page, key, start, *points):
    """What the viewer says of a region dragged after a key, in CSS pixels of its canvas."""
    canvas = page.locator(".viewer canvas").first
    canvas.focus()
    box = canvas.bounding_box()
    page.keyboard.press(key)
    page.mouse.move(box["x"] + start[0], box["y"] + start[1])
    page.mouse.down()
    for x, y in points:
        page.mouse.move(box["x"] + x, box["y"] + y, steps=4)
    page.mouse.up()
    expect(page.locator(".viewer[data-region]")).to_be_visible()
    return json.loads(page.locator(".viewer").get_attribute("data-region"))


def test_a_region_is_added_and_taken_away(page):
    begin_to_draw(page)
    found = drag_region(page, "r", (200, 260), (310, 330))
    x, y, width, height = (found[name] for name in ("x", "y", "width", "height"))
    expect(page.get_by_text(f"x {x}, y {y}, {width} x {height} pixels")).to_be_visible()
    page.get_by_role("button", name="Add the region as mask").click()
    expect(page.get_by_test_id("stTableStyledTable")).to_contain_text(f"{width * height:,}")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download (.nii.gz)").click()
    data = Path(download.value.path()).read_bytes()
    study = read_sample(SAMPLE)
    drawn = draw_mask(study, 0, [(x, y, width, height)])
    np.testing.assert_array_equal(read_mask(data, study).labels, drawn.labels)
    assert download.value.suggested_filename == f"mask-{study.key[:8]}.nii.gz"


def test_a_file_of_another_size_is_a_sentence_and_one_of_the_same_is_read(page):
    study = read_sample(SAMPLE)
    page.get_by_text("Mask", exact=True).click()
    uploader = page.locator("[data-testid=stFileUploader]", has_text="on the image's own grid").locator(
        "input"
    )
    small = nib.Nifti1Image(np.ones((4, 5, 1), np.uint8), np.eye(4)).to_bytes()
    uploader.set_input_files({"name": "a", "mimeType": "", "buffer": small})
    expect(page.get_by_text("got 1 frame of 5 rows x 4 columns")).to_be_visible()
    same = write_mask(draw_mask(study, 0, [(0, 0, study.columns, study.rows)]), study)
    uploader.set_input_files({"name": "b", "mimeType": "", "buffer": same})
    expect(page.get_by_test_id("stTableStyledTable")).to_contain_text(f"{study.rows * study.columns:,}")
    expect(page.get_by_text("got 1 frame of 5 rows")).to_have_count(0)


def test_a_region_is_drawn_round_measured_and_added(page):
    begin_to_draw(page)
    notched = ((320, 250), (340, 330), (260, 300), (220, 350))  # so that rows are left twice
    found = drag_region(page, "l", (200, 240), *notched)
    study, corners = read_sample(SAMPLE), np.array(found["outline"])
    inside = fill_polygon(corners, study.rows, study.columns)
    values = study.values[0][inside].astype(float)
    assert found["n"] == len(values) > 500
    figures = [values.mean(), values.std(), values.min(), values.max()]
    np.testing.assert_allclose([found[k] for k in ("mean", "sd", "low", "high")], figures, rtol=1e-9)
    expect(page.get_by_text(f"outline of {len(corners)} corners")).to_be_visible()
    page.get_by_role("button", name="Add the region as mask").click()
    expect(page.get_by_test_id("stTableStyledTable")).to_contain_text(f"{len(values):,}")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download (.nii.gz)").click()
    labels = read_mask(Path(download.value.path()).read_bytes(), study).labels
    np.testing.assert_array_equal(labels[0].astype(bool), inside)
