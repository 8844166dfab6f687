"""A brain and blood cells under a chest model: no answer at first sight, nor in anything that is taken home."""

import io
import json
import re
import zipfile

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from medrnn.config import DISCLAIMER

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
MODEL = "pneumonia-lstm-forward"
SAYS = "its modality is MR, the model learnt from CR, DX or RG. Its answer means nothing here."
COLOUR = "it is in colour, the model learnt from grey images. Its answer means nothing here."
NO_ANSWER = "not what this model was trained on"
LISTEN = """
const write = CanvasRenderingContext2D.prototype.fillText
globalThis.written = []
CanvasRenderingContext2D.prototype.fillText = function (...words) {
  written.push(words[0])
  return write.apply(this, words)
}
"""


def take(page, press):
    with page.expect_download(timeout=60_000) as download:
        press()
    return download.value


def button(page, name):
    return take(page, page.get_by_role("button", name=name, exact=True).click).path()


def rest(page):
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=60_000
    )


def assert_above_the_fold(page, sentence, size):
    page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    place = page.get_by_text(sentence).first
    expect(place).to_be_in_viewport(ratio=1)
    title = page.get_by_role("heading", level=1).bounding_box()
    badge = page.get_by_test_id("stMain").get_by_text(NO_ANSWER)
    expect(badge).to_be_in_viewport(ratio=1)
    box = place.bounding_box()
    assert title["y"] + title["height"] <= box["y"] + 1 < title["y"] + title["height"] + 130
    small = page.get_by_text("pneumonia 98.4 %", exact=True)
    for one in small.all():  # second and small: no letter is larger than a caption's
        assert float(one.evaluate("e => getComputedStyle(e).fontSize").removesuffix("px")) <= 15


def assert_told(path, sentence):
    """A saved picture says so in its own text, with how it was made."""
    with Image.open(path) as picture:
        picture.load()
        assert sentence in picture.text["Description"] and DISCLAIMER in picture.text["Description"]
        return json.loads(picture.text["Inference"])


def test_a_brain_is_no_pneumonia_at_first_sight_nor_in_what_is_saved(server, visit):
    page = visit.page
    page.add_init_script(LISTEN)
    page.goto(f"{server.url}/memory?sample=mr-brain&model={MODEL}&view=weights")
    expect(page.locator(".player[data-step]")).to_be_visible(timeout=60_000)
    expect(page.locator(".player .now")).to_have_text("(pneumonia 98.4 %)")
    expect(page.locator(".st-key-lab__figure-weights .js-plotly-plot")).to_be_visible(timeout=60_000)
    rest(page)
    for size in ((1400, 900), (900, 700)):
        assert_above_the_fold(page, SAYS, size)
    page.set_viewport_size({"width": 1400, "height": 900})

    page.get_by_role("button", name="How it was made").click()
    made = json.loads(button(page, "Trace of inference (JSON)").read_text())
    assert made["verdict"] == "other-kind" and SAYS in made["reason"] and made["model"] == MODEL
    page.keyboard.press("Escape")

    page.evaluate("written.length = 0")
    assert assert_told(button(page, "Save picture"), SAYS) == made
    drawn = " ".join(map(str, page.evaluate("written")))
    assert SAYS in drawn and DISCLAIMER in drawn
    assert SAYS in button(page, "Table (CSV)").read_text().splitlines()[1]
    with np.load(button(page, "Trace (NPZ)")) as arrays:
        assert SAYS in str(arrays["reason"]) and json.loads(str(arrays["inference"])) == made
    with zipfile.ZipFile(io.BytesIO(button(page, "Both, with a manifest (ZIP)").read_bytes())) as archive:
        assert json.loads(archive.read("manifest.json"))["inference"] == made

    page.get_by_text("SVG", exact=True).click()
    figure = page.locator(".st-key-lab__figure-weights")
    for _ in range(10):  # until the choice has come back from the server
        figure.locator(".js-plotly-plot").hover()
        svg = take(page, figure.locator(".modebar-btn").first.click)
        if svg.suggested_filename.endswith(".svg"):
            break
        page.wait_for_timeout(1000)
    said = " ".join(re.sub("<[^>]*>", " ", svg.path().read_text()).split())  # wherever its lines end
    assert "Its answer means" in said and "its modality is MR" in said and DISCLAIMER in said
    assert not visit.errors and not visit.outside


def test_blood_cells_are_none_on_any_page(server, visit):
    page = visit.page
    page.goto(f"{server.url}/?sample=blood-cells&model={MODEL}")
    expect(page.get_by_text(NO_ANSWER.capitalize())).to_be_visible(
        timeout=60_000
    )  # beside the model's choice
    page.get_by_role("link", name="Read").click()
    page.get_by_text("Convert to grey", exact=True).click()
    expect(page.get_by_text(COLOUR).first).to_be_visible(timeout=60_000)
    expect(page.locator(".js-plotly-plot .annotation").filter(has_text="means nothing")).to_have_count(1)
    rest(page)
    assert assert_told(button(page, "Save picture"), COLOUR)["file"]
    table = button(page, "Answers (CSV)").read_text()
    assert table.count(",other-kind,pneumonia,") == 3 and table.count(COLOUR) >= 6
    page.get_by_role("link", name="Map").click()
    expect(page.get_by_text(COLOUR).first).to_be_in_viewport(ratio=1, timeout=60_000)
    rest(page)
    with np.load(button(page, "Map (NPZ)")) as arrays:
        assert str(arrays["verdict"]) == "other-kind" and COLOUR in str(arrays["reason"])
    assert_told(button(page, "Save picture"), COLOUR)
    assert not visit.errors and not visit.outside
