"""Three cuts and two linked views in a real browser, against the second path in numpy."""

import os
import re
import subprocess
import sys
import textwrap
import time
import urllib.request

import nibabel as nib
import numpy as np
import pytest
from playwright.sync_api import expect

from medrnn import imaging
from medrnn.imaging import reslice
from medrnn.imaging.windowing import apply_window
from medrnn.ui.components.cuts.cuts import MAX_BYTES
from tests.browser.conftest import ROOT, free_port

pytestmark = pytest.mark.browser

PAGE = """
    from pathlib import Path
    import dataclasses
    import streamlit as st
    from medrnn import imaging
    from medrnn.ui.study import volume
    from medrnn.ui.components.cuts import cuts
    from medrnn.ui.state import session

    st.set_page_config(layout="wide", page_icon="assets/icon.png")
    cuts.MAX_BYTES = int(st.query_params.get("limit", {limit}))  # set at each run, the module outlives it
    if not session().studies:
        for name in ("b", "a"):
            found = imaging.read(Path(f"{folder}/{name}.nii").read_bytes())
            session().add(dataclasses.replace(found, unit=st.query_params.get("unit")))
    study = session().study
    st.text(f"The page is at frame {session().frame}")
    if st.button("To frame 1"):
        session().frames[study.key] = 1
    volume.section(study)
"""


def write_volume(path, shape, spacing, seed, lowest_mm=0.0):
    """(column, row, frame) on the scanner's axes; values of all sizes, brighter to one side."""
    values = np.random.default_rng(seed).integers(-200, 200, shape) + 40 * np.arange(shape[0])[:, None, None]
    affine = np.diag([*spacing, 1.0])
    affine[2, 3] = lowest_mm
    path.write_bytes(nib.Nifti1Image(values.astype(np.int16), affine).to_bytes())
    return imaging.read(path.read_bytes())


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    folder = tmp_path_factory.mktemp("volumes")
    a = write_volume(folder / "a.nii", (30, 20, 12), (1.0, 1.5, 4.0), 1)
    b = write_volume(folder / "b.nii", (40, 40, 24), (1.0, 1.0, 2.0), 2, lowest_mm=-10.0)
    (folder / "page.py").write_text(
        textwrap.dedent(PAGE).replace("{folder}", folder.as_posix()).replace("{limit}", str(MAX_BYTES))
    )
    return folder, a, b


@pytest.fixture(scope="module")
def address(studies):
    folder, port = studies[0], free_port()
    words = ["-m", "streamlit", "run", f"{folder}/page.py", "--server.headless=true", f"--server.port={port}"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=log,
            stderr=log,
        )
    for _ in range(300):
        assert process.poll() is None, (folder / "log").read_text()
        try:
            urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=1).read()
            break
        except OSError:
            time.sleep(0.1)
    yield f"http://localhost:{port}"
    process.terminate()
    process.wait(15)


@pytest.fixture
def cuts(address, visit):
    """The page with its cuts in view."""

    def go(query=""):
        visit.page.goto(f"{address}/{query}")
        visit.page.get_by_role("radio", name="Three cuts").click()
        visit.page.locator(".cuts[data-loaded=true]").wait_for()
        return visit.page

    yield go
    assert visit.errors == []
    assert visit.outside == []


def canvas_of(page, axis):
    return page.locator(f".cuts canvas[data-axis={axis}]")


def place(page):
    seen = page.locator(".cuts").evaluate("node => ({...node.dataset})")
    return tuple(int(seen[axis]) for axis in reslice.AXES)


def levels(canvas, shape, spacing):
    """(down, across): the grey that stands on the screen in the middle of each pixel of a cut."""
    script = """(node, [rows, columns, tall, wide]) => {
        const {ox, oy, zoom} = node.dataset, c = node.getContext("2d"), grey = []
        for (let r = 0; r < rows; r++) for (let k = 0; k < columns; k++) {
            const at = [+ox + (k + .5) * wide * zoom, +oy + (r + .5) * tall * zoom].map(p => p * devicePixelRatio | 0)
            grey.push(c.getImageData(...at, 1, 1).data.join())
        }
        return grey
    }"""
    found = [[int(v) for v in pixel.split(",")] for pixel in canvas.evaluate(script, [*shape, *spacing])]
    return np.array(found).reshape(*shape, 4)


@pytest.mark.parametrize("axis", reslice.AXES)
def test_the_browser_draws_the_cut_that_numpy_makes(cuts, studies, axis):
    page, study = cuts(), studies[1]
    expect(page.locator(".cuts canvas")).to_have_count(3)
    canvas_of(page, "frame").focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".cuts[data-frame='10']")).to_be_visible()
    index = dict(zip(reslice.AXES, place(page), strict=True))[axis]
    plane, spacing = reslice.cut(study, axis, index)
    seen = levels(canvas_of(page, axis), plane.shape, spacing)
    wanted = 255 * apply_window(plane, study.window)
    is_plain = (seen[..., :3] == seen[..., :1]).all(-1)  # not under the crosshair
    is_right = np.abs(seen[..., 0] - wanted) <= 1
    assert plane.std() > 100 and is_plain.mean() > 0.8
    assert is_right[is_plain].mean() > 0.9  # letters and ruler lie over the rest
    assert (np.abs(seen[::-1, :, 0] - wanted) <= 1).mean() < 0.2  # and no other way round


def test_a_click_moves_the_other_two_and_the_value_and_place_are_those_of_the_file(cuts, studies):
    page, study = cuts(), studies[1]
    assert place(page) == (6, 10, 15)  # the middle of the volume
    box = canvas_of(page, "row").bounding_box()
    page.mouse.click(box["x"] + 0.4 * box["width"], box["y"] + 0.4 * box["height"])
    expect(page.locator(".cuts:not([data-frame='6'])")).to_be_visible()
    frame, row, column = place(page)
    assert row == 10 and column < 15 and frame not in (0, 6)
    for axis, index in zip(reslice.AXES, (frame, row, column), strict=True):
        assert canvas_of(page, axis).get_attribute("data-index") == str(index)
    words = page.locator(".cuts output").inner_text()
    found = re.match(
        r"frame (\d+), row (\d+), column (\d+): (-?\d+) +· +([RL]) (\S+), ([AP]) (\S+), ([FH]) (\S+) mm",
        words,
    )
    assert [int(v) for v in found.groups()[:4]] == [frame + 1, row, column, study.values[frame, row, column]]
    x, y, z = (
        29 - column,
        1.5 * (19 - row),
        4.0 * frame,
    )  # of the NIfTI: to the right, to the front, to the head
    assert found.groups()[4:] == ("R", f"{x:.1f}", "A", f"{y:.1f}", "H", f"{z:.1f}")
    expect(page.get_by_text(f"The page is at frame {frame}")).to_be_visible()


def test_a_drag_carries_the_crosshair_and_with_shift_sets_the_window(cuts):
    page = cuts()
    before = page.locator(".cuts").evaluate("node => ({...node.dataset})")
    box = canvas_of(page, "frame").bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 2 * box["width"], box["y"] + 0.7 * box["height"], steps=4)  # beyond the edge
    page.mouse.up()
    expect(page.locator(".cuts[data-column='29']")).to_be_visible()
    moved = place(page)
    for button, shift in (("left", True), ("right", False)):
        page.get_by_role("button", name="Reset").click()
        expect(page.locator(f".cuts[data-width='{before['width']}']")).to_be_visible()
        if shift:
            page.keyboard.down("Shift")
        page.mouse.move(box["x"] + 100, box["y"] + 100)
        page.mouse.down(button=button)
        page.mouse.move(box["x"] + 160, box["y"] + 130, steps=3)
        page.mouse.up(button=button)
        page.keyboard.up("Shift")
        expect(page.locator(f".cuts:not([data-width='{before['width']}'])")).to_be_visible()
        after = page.locator(".cuts").evaluate("node => ({...node.dataset})")
        assert float(after["width"]) == pytest.approx(1.2 * float(before["width"]))
        assert float(after["center"]) == pytest.approx(float(before["center"]) + 0.1 * float(before["width"]))
    assert place(page) == moved


def test_wheel_and_keys_step_the_cut_that_they_are_over(cuts):
    page = cuts()
    box = canvas_of(page, "column").bounding_box()
    page.mouse.move(box["x"] + 50, box["y"] + 50)
    page.mouse.wheel(0, 100)
    expect(page.locator(".cuts[data-column='16']")).to_be_visible()
    page.mouse.wheel(0, -100)
    page.mouse.wheel(0, -100)
    expect(page.locator(".cuts[data-column='14']")).to_be_visible()
    canvas_of(page, "row").focus()
    page.keyboard.press("PageDown")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".cuts[data-row='18']")).to_be_visible()
    page.keyboard.press("Home")
    page.keyboard.press("i")
    expect(page.locator(".cuts[data-row='0'][data-inverted=true]")).to_be_visible()
    assert place(page) == (6, 0, 14)


def test_the_cuts_follow_the_page_and_the_page_the_cuts(cuts):
    page = cuts()
    canvas_of(page, "frame").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_text("The page is at frame 8")).to_be_visible()
    page.get_by_role("button", name="To frame 1").click()
    expect(page.locator(".cuts[data-frame='1']")).to_be_visible()
    canvas_of(page, "frame").focus()
    for _ in range(7):
        page.keyboard.press("ArrowDown")  # to the same place again
    expect(page.get_by_text("The page is at frame 8")).to_be_visible()
    expect(page.locator(".cuts[data-frame='8']")).to_be_visible()


def test_a_volume_beyond_the_limit_is_thinned_and_its_values_stay_true(cuts, studies):
    study = studies[1]
    page = cuts(f"?limit={study.values.nbytes // 4}")
    box = canvas_of(page, "frame").bounding_box()
    for x, y in ((0.3, 0.35), (0.62, 0.6)):
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
        page.wait_for_timeout(100)
        frame, row, column = place(page)
        words = page.locator(".cuts output").inner_text()
        assert words.startswith(
            f"frame {frame + 1}, row {row}, column {column}: {study.values[frame, row, column]} "
        )
    assert row % 2 == 0 and column % 2 == 0


def test_the_cuts_are_named_for_those_who_cannot_see_them(cuts):
    page = cuts()
    label = canvas_of(page, "row").get_attribute("aria-label")
    assert label.startswith("Coronal, row 10.") and "Click or drag: crosshair" in label
    assert canvas_of(page, "row").get_attribute("data-edges") == "R,L,H,F"
    with page.expect_download() as found:
        page.get_by_role("button", name="Save picture").click()
    assert found.value.suggested_filename.startswith("medrnn-cuts-")


def test_buttons_step_each_cut_for_a_finger(chromium, address):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(address)
    page.get_by_role("radio", name="Three cuts").tap()
    page.locator(".cuts[data-loaded=true]").wait_for()
    before = place(page)
    for k in range(3):
        page.get_by_role("button", name="Cut after").nth(k).tap()
    frame, row, column = (at + 1 for at in before)
    expect(
        page.locator(f".cuts[data-frame='{frame}'][data-row='{row}'][data-column='{column}']")
    ).to_be_visible()
    page.get_by_role("button", name="Cut before").first.tap()
    expect(page.locator(f".cuts[data-frame='{before[0]}']")).to_be_visible()
    context.close()
