"""A first visit in a real browser: the gallery by mouse and keyboard, the way on, Back, reload, a zip of twelve."""

import io
import json
import re
import shutil
import zipfile

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from medrnn.imaging.samples import SAMPLES
from tests.browser.conftest import ROOT
from tests.browser.test_main_job import go

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
GALLERY = ".tiles:not(.list)"


def come_in(page, url):
    page.goto(url)
    expect(page.locator(f"{GALLERY} img")).to_have_count(len(SAMPLES), timeout=90_000)
    expect(page.get_by_text("No image yet")).to_be_visible()


def settle(page):
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=90_000)
    page.wait_for_timeout(500)


def viewer_top(page):
    expect(page.locator(".viewer canvas").first).to_be_visible(timeout=60_000)
    settle(page)
    return page.locator(".viewer canvas").first.bounding_box()["y"]


def test_a_picture_is_one_button_by_mouse_and_by_keyboard(server, visit):
    page = visit.page
    come_in(page, server.url)
    tiles = page.locator(f"{GALLERY} button")
    boxes = [tiles.nth(k).bounding_box() for k in range(len(SAMPLES))]
    assert max(box["y"] + box["height"] for box in boxes) <= 900  # all in sight, at once
    for k, a in enumerate(boxes):
        for b in boxes[k + 1 :]:
            apart = abs(a["x"] - b["x"]) >= a["width"] or abs(a["y"] - b["y"]) >= min(
                a["height"], b["height"]
            )
            assert apart, (a, b)
    picture = tiles.nth(list(SAMPLES).index("ct-abdomen")).locator("img").bounding_box()
    page.mouse.click(picture["x"] + 5, picture["y"] + 5)  # the corner of the picture, not its name
    expect(page.get_by_text("512 rows x 512 columns")).to_be_visible(timeout=60_000)
    assert viewer_top(page) < 350  # the gallery is folded
    expect(page.locator(f"{GALLERY}")).not_to_be_visible()

    page.get_by_text("Samples and your own images").click()
    expect(page.get_by_role("button", name="CT, abdomen", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(page.locator(f"{GALLERY} button[aria-pressed=true]")).to_have_count(1)
    expect(page.locator(f"{GALLERY} button[tabindex='0']")).to_have_count(1)  # one stop of the tab key
    page.locator(f"{GALLERY} button[tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    focused = "document.querySelectorAll('[data-testid=stBidiComponentIsolated]')"
    seen = page.evaluate(
        f"""() => [...{focused}].map(e => e.shadowRoot?.activeElement).filter(Boolean).map(e => [e.ariaLabel,
        getComputedStyle(e).outlineStyle, parseFloat(getComputedStyle(e).outlineWidth)])"""
    )
    assert seen == [["CT, small", "solid", 2]]
    page.keyboard.press("Enter")
    expect(page.get_by_text("128 rows x 128 columns")).to_be_visible(timeout=60_000)
    expect(page.locator(f"{GALLERY}")).not_to_be_visible()  # folded again
    expect(page.locator(".tiles.list button[aria-pressed=true]")).to_contain_text("CT, small")
    page.get_by_role("button", name="CT, abdomen").click()  # the earlier one is still in the list
    expect(page.get_by_text("512 rows x 512 columns")).to_be_visible(timeout=60_000)

    # the facts: search, then copy what is left
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
    page.get_by_label("Search the facts", exact=True).fill("mm geometry")
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_text("1 line copied.")).to_be_visible()
    assert (
        page.evaluate("navigator.clipboard.readText()") == "Pixel spacing\t0.8594 x 0.8594 mm (row, column)"
    )
    page.get_by_label("Search the facts", exact=True).fill("nowhere")
    expect(page.get_by_text("Nothing here by that word.")).to_be_visible()
    assert visit.outside == [] and visit.errors == []


def test_the_way_on_and_one_press_of_back_a_page(server, visit):
    page = visit.page
    come_in(page, server.url)
    page.get_by_role("button", name="Child's chest, pneumonia", exact=True).click()
    page.get_by_role("button", name="Watch it read").click(timeout=60_000)
    expect(page.locator(".player[data-step]")).to_be_visible(timeout=90_000)
    expect(page).to_have_url(re.compile(r"/memory\?sample="))
    for step in (27, 26, 25):
        page.get_by_role("button", name="One step back").click()
        expect(page).to_have_url(re.compile(f"step={step}"), timeout=30_000)
    settle(page)
    page.get_by_role("button", name="See which pixels moved the answer").click()
    expect(page.get_by_text("Left unexplained").first).to_be_visible(timeout=90_000)
    expect(page).to_have_url(re.compile(r"/map\?.*method="))
    go(page, "Read")
    expect(page).to_have_url(re.compile(r"/read\?.*order=rows"))
    page.get_by_text("Columns", exact=True).click()
    expect(page).to_have_url(re.compile(r"/read\?.*model=pneumonia-lstm-columns"), timeout=60_000)
    settle(page)
    for where, title in (("/map?", "Map"), ("/memory?", "Memory"), ("/?", "Open")):
        page.go_back()
        expect(page.get_by_role("heading", name=title, level=1)).to_be_visible(timeout=60_000)
        settle(page)
        assert where in page.url, page.url
    page.go_forward()
    expect(page.get_by_role("heading", name="Memory", level=1)).to_be_visible(timeout=60_000)
    expect(page).to_have_url(re.compile(r"/memory\?sample="))
    assert visit.outside == [] and visit.errors == []


@pytest.fixture
def trained(shared_runs):
    """A finished run among those of the server."""
    folder = shared_runs / "copied"
    shutil.copytree(ROOT / "assets" / "models" / "pneumonia-gru-forward", folder)
    card = json.loads((folder / "card.json").read_text()) | {"id": "copied"}
    (folder / "card.json").write_text(json.dumps(card))
    (folder / "config.json").write_text(json.dumps(card["config"]))
    events = [
        {"kind": "step", "step": 1, "steps": 1, "epoch": 1, "elapsed_s": 1.0, "loss": 1.0, "accuracy": 0.5},
        {"kind": "epoch", "step": 1, "epoch": 1, "epochs": 1, "val_loss": 1.0, "val_accuracy": 0.5}
        | {"val_auc": 0.5, "elapsed_s": 2.0},
        {"kind": "finished", "elapsed_s": 2.0, "n": 4, "accuracy": 0.5, "auc": 0.5, "loss": 1.0},
    ]
    (folder / "events.jsonl").write_text("".join(json.dumps(one | {"time": 1e9}) + "\n" for one in events))
    yield "copied"
    shutil.rmtree(folder)


def test_a_model_of_a_run_is_in_the_sidebar_at_once(server, visit, trained):
    page = visit.page
    page.goto(f"{server.url}/runs?sample=chest-child-pneumonia-1&run={trained}")
    page.get_by_role("button", name="Use this model").click(timeout=150_000)
    model = page.get_by_test_id("stSidebar").get_by_role("combobox", name="Model")
    expect(model).to_have_value(trained)
    expect(page.get_by_role("button", name="Use this model")).to_be_disabled()
    assert visit.errors == []


def pack(rng):
    """Twelve pictures of two classes and a text."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for k in range(12):
            file = io.BytesIO()
            Image.fromarray(rng.integers(0, 256, (40, 40), np.uint8)).save(file, "PNG")
            archive.writestr(f"set/{'healthy' if k % 2 else 'ill'}/im{k}.png", file.getvalue())
        archive.writestr("set/ill/notes.txt", b"no image")
    return buffer.getvalue()


def test_twelve_of_a_zip_are_told_apart_and_what_a_reload_ends_is_said(server, visit, rng):
    page = visit.page
    come_in(page, server.url)
    upload = {"name": "my *set*.zip", "mimeType": "", "buffer": pack(rng)}
    page.locator("input[type=file]").first.set_input_files(upload)
    expect(page.locator(".tiles.list img")).to_have_count(12, timeout=90_000)
    names = page.locator(".tiles.list button").evaluate_all("all => all.map(one => one.ariaLabel)")
    assert len(set(names)) == 12
    assert all(re.fullmatch(r"PNG, 40 x 40, file \d+ · (ill|healthy) · \d\d:\d\d", name) for name in names)
    expect(page.get_by_text("my *set*.zip: set/ill/notes.txt: Expected a DICOM")).to_be_visible()
    page.locator("input[type=file]").first.set_input_files(
        {"name": "b", "mimeType": "", "buffer": SAMPLES["ct-small"].path.read_bytes()}
    )
    expect(page.get_by_text("The oldest left: PNG, 40 x 40 · file 1 · ill")).to_be_visible(timeout=60_000)
    expect(page.locator(".tiles.list img")).to_have_count(12)
    expect(page).to_have_url(re.compile(r"\?own=12$"))

    go(page, "Memory")
    expect(page.locator(".player[data-step]")).to_be_visible(timeout=90_000)
    expect(page).to_have_url(re.compile(r"own=12"))
    page.reload()
    expect(page.get_by_text("12 images of your own were open here")).to_be_visible(timeout=90_000)
    page.locator("input[type=file]").first.set_input_files(upload)  # one drop, on this very page
    expect(page.locator(".player[data-step]")).to_be_visible(timeout=90_000)
    expect(page.get_by_text("were open here")).to_have_count(0)

    go(page, "Open")
    page.get_by_text("Samples and your own images").click()
    page.get_by_role("button", name="MR, brain", exact=True).click()
    expect(page).to_have_url(re.compile(r"sample=mr-brain&own=11"), timeout=60_000)
    page.reload()  # the sample comes back by itself, the others are named
    expect(page.get_by_text("256 rows x 256 columns")).to_be_visible(timeout=90_000)
    expect(page.get_by_text("11 images of your own were open here")).to_be_visible()
    assert visit.outside == [] and visit.errors == []
