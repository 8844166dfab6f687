"""Memory speaks and the viewer measures, in a real browser, against what Python computes from the same files."""

import json
import re
from functools import partial
from itertools import combinations

import numpy as np
import pytest
from playwright.sync_api import expect

import medrnn
from medrnn.explanation.memory.course import describe_course
from medrnn.explanation.memory.ordering import order_units
from medrnn.imaging.samples import read_sample
from medrnn.plots.scales import find_beyond, find_scale
from medrnn.ui.lab.course_words import say_course
from tests.imaging.made import make_dicom

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
SAMPLE, MODEL = "chest-child-pneumonia-1", "pneumonia-lstm-forward"
OVER, UNDER = (0x4A, 0x14, 0x07), (0x0A, 0x27, 0x47)
SPACING = (2.0, 0.5)  # mm of a row and a column
AXIAL = {
    "PixelSpacing": list(SPACING),
    "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
    "ImagePositionPatient": [0, 0, 0],
}


def colours(page, gate):
    """How many pixels of a heat map have the colours beyond the scale."""
    found = page.locator(f".player canvas[data-gate={gate}]").evaluate(
        "c => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]"
    )
    pixels = np.array(found, np.uint8).reshape(-1, 4)[:, :3]
    return sum(int((pixels == colour).all(1).sum()) for colour in (OVER, UNDER))


def value_at(page, gate, step, share):
    """Unit, step and value that the head says of a point of a heat map."""
    canvas = page.locator(f".player canvas[data-gate={gate}]")
    box = canvas.bounding_box()
    canvas.hover(position={"x": box["width"] * (step + 0.5) / 28, "y": box["height"] * share})
    head = page.locator(".player .panel", has=page.locator(f"canvas[data-gate={gate}]")).locator(".value")
    expect(head).to_have_text(re.compile(r"unit \d+\s+step \d+\s+\S+"))
    unit, at, value = re.match(r"unit (\d+)\s+step (\d+)\s+(\S+)", head.inner_text()).groups()
    return int(unit), int(at), value


def test_the_player_says_its_sentence_its_scale_and_what_changed(server, visit):
    page, study = visit.page, read_sample(SAMPLE)
    read, predicted = medrnn.read(study, MODEL), medrnn.predict(MODEL, study)
    part = medrnn.trace(medrnn.load(MODEL), read.sequence).part(0)
    page.goto(f"{server.url}/memory?sample={SAMPLE}&model={MODEL}")
    expect(page.locator(".player[data-step='27']")).to_be_visible(timeout=60_000)

    sentence = say_course(describe_course(predicted.steps, read), predicted.classes)
    assert sentence.startswith("Reads from the top; leans to pneumonia from row 6")
    expect(page.get_by_text(sentence)).to_be_visible()
    expect(page.locator(".player .tick")).to_have_text(["0 %", "50 %", "100 %"])

    scale = find_scale(part["C"])
    beyond = find_beyond(part["C"], scale.limit)
    assert scale.is_clipped and 1 <= len(beyond) <= 7
    said = page.locator(".player .beyond")
    expect(said).to_contain_text(f"C units {', '.join(str(unit) for unit, _ in beyond[:3])}")
    expect(said).to_contain_text(f"up to {scale.full:.2g}")
    expect(page.locator(".player .mark")).to_have_count(len(beyond))
    limits = page.locator(".player").get_attribute("data-limits").split(",")
    assert float(limits[list(part).index("C")]) == float(f"{scale.limit:.2g}")
    page.locator(".player").press("5")  # C large
    expect(page.locator(".player[data-focus=C]")).to_be_visible()
    page.wait_for_timeout(150)
    assert colours(page, "C") > 20
    page.get_by_role("button", name="Full scale").click()
    expect(page.locator(".player[data-full=true]")).to_be_visible()
    page.wait_for_timeout(150)
    assert colours(page, "C") == 0
    expect(page.locator(".player .mark")).to_have_count(0)

    order = order_units(part, "cluster").tolist()
    for gate in ("h", "i"):
        unit, step, value = value_at(page, gate, 8, 0.4)
        assert order.index(unit) == pytest.approx(0.4 * len(order), abs=3) and step == 9
        assert np.float32(value) == part[gate][8, unit]
    page.get_by_role("button", name="Change since the last step").click()
    expect(page.locator(".player[data-change=true]")).to_be_visible()
    for gate in ("h", "i"):
        unit, step, value = value_at(page, gate, 8, 0.4)
        assert np.float32(value) == pytest.approx(part[gate][8, unit] - part[gate][7, unit], abs=1e-7)
    assert value_at(page, "h", 0, 0.4)[2] == "none"  # no step before the first
    expect(page.locator(".player .head", has_text="Δh")).to_contain_text("change since the last step")

    page.get_by_role("button", name="Horizon", exact=True).click()
    expect(page.get_by_role("heading", name="Which rows does it still remember?")).to_be_visible(
        timeout=60_000
    )
    expect(page).to_have_url(re.compile("view=horizon"))
    assert visit.errors == [] and visit.outside == []


@pytest.fixture
def opened(server, visit):
    page = visit.page

    def bring(array, **tags):
        page.goto(server.url)
        page.locator("input[type=file]").first.set_input_files(
            {"name": "a", "mimeType": "", "buffer": make_dicom(array, **tags)}
        )
        page.locator(".viewer[data-loaded=true]").wait_for(timeout=60_000)
        return page

    yield bring
    assert visit.errors == [] and visit.outside == []


def place(page, x, y):
    """Where a point of the image lies on the screen; the whole image is in view."""
    canvas = page.locator(".viewer canvas").first
    canvas.scroll_into_view_if_needed()
    box, zoom = canvas.bounding_box(), float(page.locator(".viewer").get_attribute("data-zoom"))
    tall = SPACING[0] / SPACING[1]
    left, top = (box["width"] - 64 * zoom) / 2, (box["height"] - 64 * zoom * tall) / 2
    return box["x"] + left + x * zoom, box["y"] + top + y * zoom * tall


def drag(page, start, stop):
    page.mouse.move(*place(page, *start))
    page.mouse.down()
    page.mouse.move(*place(page, *stop), steps=4)
    page.mouse.up()


def told(page, name):
    page.wait_for_timeout(150)
    return json.loads(page.locator(".viewer").get_attribute(f"data-{name}"))


def assert_apart(page):
    """No words stand over other words."""
    plates = told(page, "plates")
    for (x, y, w, h), (a, b, c, d) in combinations(plates, 2):
        assert not (x < a + c - 1 and a < x + w - 1 and y < b + d - 1 and b < y + h - 1), plates
    return plates


def test_distances_and_angles_are_those_of_the_pixels_and_sides_are_named_where_known(opened):
    page = opened(np.random.default_rng(0).integers(0, 4096, (64, 64)).astype(np.uint16), **AXIAL)
    canvas, button = page.locator(".viewer canvas").first, partial(page.get_by_role, "button", exact=True)
    expect(canvas).to_have_attribute("aria-label", re.compile("left R, right L, top A, bottom P"))
    bare = len(assert_apart(page))

    button(name="Ruler").click()
    drag(page, (10, 20), (40, 30))
    (length,) = told(page, "lengths")
    np.testing.assert_allclose(length["points"], [(10, 20), (40, 30)], atol=0.6)
    (x0, y0), (x1, y1) = length["points"]
    assert length["unit"] == "mm"
    assert length["value"] == pytest.approx(np.hypot((x1 - x0) * 0.5, (y1 - y0) * 2.0))
    assert length["value"] == pytest.approx(25.0, abs=0.8)

    button(name="Angle").click()  # 45 degrees in mm, which are 14 in pixels
    for point in ((30, 50), (10, 50), (30, 45)):
        page.mouse.click(*place(page, *point))
    angle = told(page, "lengths")[1]
    assert angle["kind"] == "angle" and angle["value"] == pytest.approx(45, abs=3)

    button(name="Region").click()
    drag(page, (20, 52), (40, 58))
    expect(page.locator(".viewer[data-region]")).to_be_visible()
    assert len(assert_apart(page)) == bare + 2 + 3

    button(name="Move").click()
    drag(page, (30, 30), (38, 34))
    assert len(told(page, "lengths")) == 2
    button(name="Clear").click()
    assert told(page, "lengths") == []
    expect(button(name="Clear")).to_be_hidden()


def test_without_orientation_and_spacing_no_side_is_named_and_lengths_are_in_pixels(opened):
    page = opened(np.zeros((64, 64), np.uint16) + np.arange(64, dtype=np.uint16))
    label = page.locator(".viewer canvas").first.get_attribute("aria-label")
    assert "At the edges" not in label
    page.locator(".viewer canvas").first.press("d")
    box = page.locator(".viewer canvas").first.bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 100, steps=3)
    page.mouse.up()
    (length,) = told(page, "lengths")
    zoom = float(page.locator(".viewer").get_attribute("data-zoom"))
    assert length["unit"] == "pixels" and length["value"] == pytest.approx(100 / zoom, abs=0.1)


def test_a_preset_keeps_its_name_a_volume_begins_in_its_middle_and_the_window_is_said_not_to_reach(
    server, visit
):
    page = visit.page
    page.goto(f"{server.url}/?sample=ct-abdomen")
    page.locator(".viewer[data-loaded=true]").wait_for(timeout=60_000)
    preset = page.locator(".viewer select.preset")
    preset.select_option("lung")
    box = page.locator(".viewer canvas").first.bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 260, box["y"] + 240, steps=4)
    page.mouse.up()
    chosen = "s => s.selectedOptions[0].textContent"
    page.wait_for_timeout(150)
    assert preset.evaluate(chosen) == "lung, changed"
    preset.select_option("lung")
    expect(page.locator(".viewer[data-width='1500']")).to_be_visible()
    assert preset.evaluate(chosen) == "lung"
    said = page.locator(".viewer .reach")
    window = read_sample("ct-abdomen").window
    expect(said).to_contain_text("do not reach the model")
    expect(said).to_contain_text(f"C {window.center:.5g}, W {window.width:.5g}")
    for name in ("center", "width"):  # the slider stands beside its number
        number, slider = (page.locator(f".viewer .{kind}{name}").bounding_box() for kind in ("", "slide-"))
        assert abs(number["y"] + number["height"] / 2 - slider["y"] - slider["height"] / 2) < 6

    page.goto(f"{server.url}/?sample=mr-series")
    expect(page.locator(".viewer[data-loaded=true][data-frame='10']")).to_be_visible(timeout=60_000)
    assert visit.errors == [] and visit.outside == []
