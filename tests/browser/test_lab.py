"""The laboratory in a real browser: one step and one selection through the player, the image and the tracks."""

import re

import pytest
from PIL import Image
from playwright.sync_api import expect

import medrnn
from medrnn.explanation.memory.ordering import order_units
from medrnn.imaging.samples import read_sample

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
LINK = "/memory?sample=chest-child-pneumonia-1&model=pneumonia-lstm-forward&step=9&view="
COUNT_SENDS = """
const send = WebSocket.prototype.send
globalThis.sent = []
WebSocket.prototype.send = function (...words) { sent.push(performance.now()); return send.apply(this, words) }
"""
RUN_THROUGH = """async count => {
  const find = selector => [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
    .map(host => host.shadowRoot?.querySelector(selector)).find(Boolean)
  const [player, tracks] = [find(".player"), find(".tracks")], frame = () => new Promise(requestAnimationFrame)
  const before = sent.length, pairs = [], presses = []
  for (let k = 0; k < count; k++) {
    presses.push(performance.now())
    player.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight", bubbles: true}))
    await frame(); await frame()                           // both draw in the next frame; this one comes after it
    pairs.push([player.dataset.step, tracks.dataset.step])
  }
  const rests = sent.slice(before).map(at => at - presses.findLast(press => press <= at))
  return {pairs, rests}
}"""


def open_view(visit, server, name):
    page = visit.page
    page.add_init_script(COUNT_SENDS)
    page.goto(f"{server.url}{LINK}{name}")
    expect(page.locator(".tracks[data-step='8']")).to_be_visible(timeout=60_000)
    expect(page.locator(".player[data-step='8']")).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    return page


def drag(page, canvas, start, stop):
    """From one place to another, both as shares of the canvas."""
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    for act, (x, y) in ((page.mouse.down, start), (page.mouse.up, stop)):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
        act()


def test_the_step_moves_in_all_pictures_at_once_and_python_hears_where_it_rests(server, visit):
    page = open_view(visit, server, "gates")
    ran = page.evaluate(RUN_THROUGH, 12)
    assert ran["pairs"] == [[str(8 + k)] * 2 for k in range(1, 13)]
    assert all(rest > 240 for rest in ran["rests"])  # not a word to the server while it moves
    expect(page.get_by_text("Step 21 is chosen")).to_be_visible()

    forget = page.locator(".tracks canvas[data-row='1']")  # a click on a heat map marks the image
    box = forget.bounding_box()
    forget.click(position={"x": box["width"] * 4.5 / 28, "y": box["height"] / 2})
    expect(page.locator(".player[data-step='4']")).to_be_visible()
    expect(page.get_by_text("Step 5 is chosen")).to_be_visible()

    scan = page.locator(".player canvas.scan")  # a click on the image picks the step that read it
    box = scan.bounding_box()
    scan.click(position={"x": box["width"] / 2, "y": box["height"] * 15.5 / 28})
    expect(page.locator(".tracks[data-step='15']")).to_be_visible()
    expect(page.get_by_text("Step 16 is chosen")).to_be_visible()
    expect(page.locator(".tracks[data-step='15']")).to_be_visible()  # and stays after the echo
    assert not visit.errors and not visit.outside


def test_what_is_dragged_over_is_what_is_matched(server, visit):
    page = open_view(visit, server, "gates")
    drag(page, page.locator(".tracks canvas[data-row='5']"), (18.5 / 28, 40.5 / 128), (21.5 / 28, 44.5 / 128))
    expect(page.locator(".tracks[data-span='18-22']")).to_be_visible()
    expect(page.get_by_text("Selected: steps 19 to 22, 5 units")).to_be_visible()

    page.get_by_role("button", name="Match", exact=True).click()
    build = page.get_by_role("button", name="Build the index")
    expect(build.or_(page.get_by_text("images come closest"))).to_be_visible(timeout=60_000)
    if build.is_visible():
        build.click()
    said = page.get_by_text(re.compile("5 selected units of layer 1, at every step from 19 to 22"))
    expect(said).to_be_visible(timeout=60_000)
    expect(page.locator(".tracks[data-span='18-22']")).to_be_visible()
    read = medrnn.read(read_sample("chest-child-pneumonia-1"), "pneumonia-lstm-forward")
    part = medrnn.trace(medrnn.load("pneumonia-lstm-forward"), read.sequence).part(0)
    units = sorted(order_units(part, "cluster")[40:45].tolist())  # as they stand by likeness, from the top
    expect(page.get_by_text(f"Units: {', '.join(map(str, units))}.")).to_be_visible()

    page.locator(".tracks").press("Shift+ArrowRight")  # the keys select steps without a pointer
    expect(page.locator(".tracks[data-span='18-22']")).to_have_count(0)
    page.locator(".tracks").press("Escape")
    expect(page.locator(".tracks[data-span='']")).to_be_visible()
    expect(page.get_by_text("images come closest")).to_be_visible()
    assert not visit.errors and not visit.outside


def test_a_picture_of_the_tracks_and_its_numbers_can_be_taken_home(server, visit):
    page = open_view(visit, server, "answer")
    with page.expect_download() as download:
        page.locator(".tracks .save").click()
    assert download.value.suggested_filename.endswith(".png")
    with Image.open(download.value.path()) as picture:
        assert min(picture.size) > 600
        assert len(picture.convert("L").getcolors()) > 20
    with page.expect_download() as download:
        page.get_by_role("button", name="Data (CSV)").click()
    assert "not for diagnosis" in download.value.path().read_text(encoding="utf-8").splitlines()[0]
    assert not visit.errors and not visit.outside


@pytest.mark.parametrize("view", ["tracks", "retention", "horizon", "weights"])
def test_a_deep_link_opens_a_view(server, visit, view):
    page = visit.page
    page.goto(f"{server.url}{LINK}{view}")
    drawn = page.locator(".tracks[data-step='8']").or_(page.locator(".js-plotly-plot")).first
    expect(drawn).to_be_visible(timeout=60_000)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert f"view={view}" in page.url
    assert not visit.errors and not visit.outside


def test_a_click_in_a_figure_goes_to_its_step(server, visit):
    page = visit.page
    page.goto(f"{server.url}{LINK}weights")
    expect(page.locator(".player[data-step='8']")).to_be_visible(timeout=60_000)
    point = (
        page.locator(".st-key-lab__figure-fixed-points .scatterlayer .trace").first.locator(".point").nth(13)
    )
    expect(point).to_be_visible()
    point.scroll_into_view_if_needed()
    box = point.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".player[data-step='13']")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Step 14 is chosen")).to_be_visible()
    assert not visit.errors and not visit.outside
