"""The step of a series in a real browser: player, tracks, maps and the three cuts go together, without the server."""

import pytest
from playwright.sync_api import expect

from medrnn.datasets.slices import MS
from medrnn.imaging import reslice
from medrnn.imaging.samples import read_sample
from medrnn.sequences import read_study
from tests.browser.test_cuts import canvas_of, place

pytestmark = pytest.mark.browser

SERIES = "sample=ms-flair&model=ms-slices"


@pytest.fixture(scope="module")
def reading():
    study = read_sample("ms-flair")
    return read_study(study, MS, frame=reslice.first_frame(study))


@pytest.fixture
def series(server, visit):
    def go(page, more=""):
        visit.page.goto(f"{server.url}/{page}?{SERIES}{more}")
        visit.page.locator(".cuts[data-loaded=true]").wait_for(timeout=90_000)
        return visit.page

    yield go
    assert visit.errors == [] and visit.outside == []


def at_step(page, name, step):
    expect(page.locator(f"{name}[data-step='{step}']")).to_be_visible()


def test_every_step_of_the_player_moves_the_cuts_and_the_tracks(series, reading):
    page = series("memory", "&view=tracks&step=1")
    page.locator(".tracks[data-step]").wait_for(timeout=90_000)
    for step in (0, 1, 2):
        at_step(page, ".cuts", step)
        assert place(page)[0] == reading.frames[step]
        assert page.locator(".player .where").inner_text().startswith(f"slice {step + 1} of 12, frame ")
        at_step(page, ".tracks", step)
        page.get_by_role("button", name="One step on").click()
    caption = page.locator(".cuts figcaption").first
    expect(caption).to_contain_text(f"frame {int(reading.frames[3]) + 1} of 91")


def test_a_step_of_the_tracks_moves_the_cuts_and_a_cut_that_is_read_is_the_step_of_all(series, reading):
    page = series("memory", "&view=tracks&step=1")
    page.locator(".tracks canvas").first.click(position={"x": 5, "y": 10})
    page.locator(".player").focus()
    page.keyboard.press("End")
    at_step(page, ".tracks", 11)
    canvas_of(page, "frame").focus()
    page.keyboard.press("ArrowUp")
    for name in (".player", ".tracks", ".cuts"):
        at_step(page, name, 10)
    expect(page.get_by_text("Step 11 (frame ")).to_be_visible()  # the page has heard it
    assert place(page)[0] == reading.frames[10]
    page.keyboard.press("Home")  # a frame that no step reads
    expect(page.locator(".cuts output")).to_contain_text("not read at this step")
    at_step(page, ".player", 10)


def test_what_is_read_is_marked_where_it_lies(series, reading):
    page = series("memory", "&step=6")
    x, y, width, height = reading.crop
    script = """(node, [x, y, w, h]) => {
        const {ox, oy, zoom} = node.dataset, c = node.getContext("2d"), orange = []
        for (const [px, py] of [[x + w / 2, y], [x + w / 2, y + h], [x, y + h / 2], [x + w, y + h / 2]]) {
            const [left, top] = [+ox + 2 * px * zoom, +oy + 2 * py * zoom].map(p => Math.round(p * devicePixelRatio))
            const found = c.getImageData(left - 8, top - 8, 17, 17).data
            orange.push(found.some((v, k) => k % 4 === 0 && v > 200 && found[k + 2] < 90))
        }
        return orange
    }"""
    page.mouse.move(0, 0)
    assert canvas_of(page, "frame").evaluate(script, [x, y, width, height]) == [True] * 4
    assert canvas_of(page, "frame").evaluate(script, [x, y, width // 2, height // 2]) != [True] * 4


def test_the_slice_that_is_pointed_at_in_a_map_is_the_cut(series, reading):
    page = series("map")
    picture = page.locator(".maps canvas.picture").first
    box = picture.bounding_box()
    picture.hover(
        position={"x": 0.6 * box["width"], "y": 0.1 * box["height"]}
    )  # the third of four, in the first line
    at_step(page, ".cuts", 2)
    assert place(page)[0] == reading.frames[2]
    expect(page.locator(".maps .where")).to_contain_text("of slice 3 of 12, frame ")
    canvas_of(page, "frame").focus()
    page.keyboard.press("ArrowDown")
    at_step(page, ".maps", 3)
