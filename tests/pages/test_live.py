"""While a run learns: what its curves are sent, how far it is, answers to validation images, several runs at once."""

import base64
import json
import re
from contextlib import ExitStack

import numpy as np
import pytest

from medrnn.config import TrainConfig
from medrnn.datasets import load_dataset
from medrnn.training.runs.begin import claim
from medrnn.training.runs.journal import Told
from medrnn.ui.runs import live
from tests.pages.test_pages import components
from tests.pages.test_runs import look, said
from tests.training.conftest import config, data, npz  # noqa: F401  fixtures

STARTED = {"device": "cpu", "seed": 0, "train": 9, "val": 9, "test": 9}
STEP = {"epoch": 1, "step": 2, "steps": 8, "loss": 0.5, "accuracy": 0.75, "elapsed_s": 10.0}
NEW = {"rate": 2e-3, "gradient": 1.5, "images_per_s": 480.4}
EPOCH = {
    **{"epoch": 1, "epochs": 2, "step": 4, "val_loss": 0.6, "val_accuracy": 0.5, "val_auc": 0.7},
    **{"elapsed_s": 20.0},
}


@pytest.fixture
def run(runs):
    """A run on shipped data that goes on."""
    with claim(runs / "mine", TrainConfig()) as folder:
        folder.tell("started", STARTED)
        yield folder


def sent(at):
    """What the curves of a page got."""
    (shown,) = components(at, "medrnn_curves")
    return json.loads(shown.proto.json)


def drawn(html):
    """The points of each line of a drawing."""
    (coded,) = re.findall(r"data:image/svg\+xml;base64,([^\"]+)", html)
    return re.findall(r'points="([^"]+)"', base64.b64decode(coded).decode())


def test_every_quantity_has_its_panel(run):
    run.tell("step", STEP | NEW)
    run.tell("epoch", EPOCH)
    found = sent(look("train", "mine"))
    assert [panel["name"] for panel in found["panels"]] == ["loss", "accuracy", "rate", "gradient"]
    lines = {(line["panel"], line["name"]): (line["x"], line["y"]) for line in found["series"]}
    assert lines["rate", "training"] == ([2], [2e-3])
    assert lines["gradient", "training"] == ([2], [1.5])
    assert lines["accuracy", "validation AUC"] == ([4], [0.7])


def test_a_run_of_before_has_the_panels_that_it_had(run):
    run.tell("step", STEP)
    run.tell("epoch", EPOCH | {"val_auc": None})
    assert [panel["name"] for panel in sent(look("train", "mine"))["panels"]] == ["loss", "accuracy"]


def test_how_far_it_is_stands_in_words(run):
    run.tell("step", STEP | NEW)
    bar = look("train", "mine").get("progress")[0].proto
    assert bar.text == "Epoch 1, step 2 of 8, 480 images/s, about 30 s left"
    assert bar.value == 25
    run.tell("epoch", EPOCH | {"ends": True})
    assert look("train", "mine").get("progress")[0].proto.text.startswith("All steps are done. Measuring")


def test_the_answers_to_validation_images_are_shown_as_they_change(run):
    labels = load_dataset("pneumoniamnist").val.labels
    for epoch, p in ((1, 0.25), (2, 0.875)):
        answers = [(k, [1 - p, p]) for k in (0, 3)]
        run.tell("epoch", EPOCH | {"epoch": epoch, "samples": answers})
    (table,) = [
        one.proto.body for one in look("train", "mine").get("html") if "p of its class" in one.proto.body
    ]
    row = (
        r'<img src="(data:image/png;[^"]+)".*?<td[^>]*>([^<]+)</td><td[^>]*>([0-9.]+)<div.*?'
        r'(<img src="data:image/svg.*?>)'
    )
    rows = [(*cells, *drawn(svg)) for *cells, svg in re.findall(row, table)]
    assert len(rows) == 2
    for (_, name, now, points), k in zip(rows, (0, 3), strict=True):
        first, last = (0.25, 0.875) if labels[k] else (0.75, 0.125)
        assert name == ("pneumonia" if labels[k] else "normal") and now == f"{last:.2f}"
        heights = [float(point.split(",")[1]) for point in points.split()]
        assert heights == [pytest.approx(21 - 20 * p, abs=0.05) for p in (first, last)]


def test_the_gradient_along_the_steps_is_shown_first_and_last(run):
    for epoch, first in ((1, 1e-4), (2, 0.02)):
        run.tell("epoch", EPOCH | {"epoch": epoch, "arriving": [first, 0.1, None, 2.0]})
    at = look("train", "mine")
    (shown,) = [one.proto.body for one in at.get("html") if "svg+xml" in one.proto.body]
    before, after = ([float(point.split(",")[1]) for point in points.split()] for points in drawn(shown))
    assert after == pytest.approx([60 * 2 / 6, 60 * np.log10(20) / 6, 60, 0], abs=0.02)
    assert before[0] == pytest.approx(60 * np.log10(2e4) / 6, abs=0.02)
    assert "Step 1 gets 0.01 of what step 28 gets." in shown
    assert any("dashed after epoch 1" in one.value for one in at.caption)


def test_a_run_that_told_no_gradient_shows_none(run):
    run.tell("epoch", EPOCH)
    assert not [one for one in look("train", "mine").get("html") if "svg+xml" in one.proto.body]


def test_images_of_a_folder_are_on_no_page(config, runs):  # noqa: F811
    with claim(runs / "mine", config) as folder:
        folder.tell("started", STARTED)
        folder.tell("epoch", EPOCH | {"samples": [(0, [0.5, 0.5])]})
        at = look("train", "mine")
    assert not at.exception and not [one for one in at.get("html") if "p of its class" in one.proto.body]


def test_several_runs_of_which_one_goes_on_are_one_live_picture(runs):
    with ExitStack() as stack:
        folders = [stack.enter_context(claim(runs / name, TrainConfig())) for name in ("one", "two")]
        for k, folder in enumerate(folders):
            folder.tell("started", STARTED)
            folder.tell("step", STEP | {"loss": 0.5 + k})
        at = look("runs", "one")
        at.session_state["runs__table"] = {"selection": {"rows": [0, 1], "columns": [], "cells": []}}
        at.run()
        assert not at.exception
        found = sent(at)
        assert [
            (line["name"], line["y"]) for line in found["series"] if line["panel"] == "loss" and line["y"]
        ] == [("two", [1.5]), ("one", [0.5])]
        assert found["dashed"] == "validation"
        assert "two: Epoch 1, step 2 of 8" in [bar.proto.text for bar in at.get("progress")][0]
    assert said(at)


def test_a_name_that_no_component_can_have_turns_no_page_red(runs):
    with claim(runs / "a__b___c", TrainConfig()) as folder:
        folder.tell("started", STARTED)
        assert not look("train", "a__b___c").exception


def test_lines_of_one_run_share_a_name_beside_others():
    names = {line["name"] for line in live.series(Told(), "mine", "mine")}
    assert names == {"mine"}
    assert {line["name"] for line in live.series(Told())} == {"training", "validation", "validation AUC"}
