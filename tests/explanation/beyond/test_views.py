"""Answers without lungs: of networks that look at one place alone, so that what they must say is known."""

import json

import numpy as np
import pytest

from medrnn.__main__ import main
from medrnn.datasets import load_dataset
from medrnn.datasets.outlines import Outlines, read_outlines
from medrnn.errors import DataError
from medrnn.evaluation.evaluate import answer, to_grids
from medrnn.explanation.beyond.views import VIEWS, answer_views, blank
from medrnn.models.catalog import find_card, load_model
from tests.explanation.beyond.made import INSIDE, OUTSIDE, Looks, made_card, made_set

MODEL = "pneumonia-lstm-forward"  # small and fast


def test_each_view_shows_what_it_says():
    images = np.random.default_rng(0).integers(0, 255, (3, 4, 4)).astype(np.uint8)
    lungs = np.random.default_rng(1).random((3, 4, 4)) < 0.4
    views, greys = blank(images, lungs)
    assert list(views) == list(VIEWS)
    np.testing.assert_array_equal(views["lungs"][lungs], images[lungs])
    assert set(views["lungs"][~lungs]) == {round(images.mean())} == set(views["no-lungs"][lungs])
    np.testing.assert_array_equal(views["no-lungs"][~lungs], images[~lungs])
    assert greys == pytest.approx(
        (images.mean() / 255, images[lungs].mean() / 255, images[~lungs].mean() / 255), abs=1 / 255
    )
    assert len(np.unique(views["outline"])) <= 2


@pytest.mark.parametrize("where", ["lungs", "no-lungs"])
def test_a_model_that_looks_at_one_place_is_right_only_where_it_is_shown(where):
    data, outlines = made_set()
    done = []
    looks = Looks(INSIDE if where == "lungs" else OUTSIDE)
    found = answer_views(looks, made_card(), data, outlines, tell=done.append)
    figures, other = found.figures(), "no-lungs" if where == "lungs" else "lungs"
    assert figures["whole"]["accuracy"] == figures[where]["accuracy"] == figures[where]["same"] == 1
    assert figures[other]["accuracy"] == figures[other]["same"] == pytest.approx(12 / 23)  # always "dark"
    assert figures[other]["auc"] == figures["outline"]["auc"] == 0.5
    assert figures[where]["intervals"]["accuracy"][0] > figures[other]["intervals"]["accuracy"][0]
    assert found.rows.tolist() == [k for k in range(24) if k != 3]
    assert done == [0.25, 0.5, 0.75, 1]


def test_another_set_and_missing_outlines_are_refused():
    data, outlines = made_set()
    looks = Looks(INSIDE)
    with pytest.raises(DataError, match="classes of made, a, b, got dark, bright"):
        answer_views(looks, made_card(classes=("a", "b")), data, outlines)
    with pytest.raises(DataError, match="an outline for each of the 24"):
        answer_views(looks, made_card(), data, Outlines(outlines.lungs[:5], outlines.is_known[:5]))
    with pytest.raises(DataError, match="at least 10 pictures with outlined lungs, got 0"):
        answer_views(looks, made_card(), data, Outlines(outlines.lungs, np.zeros(24, bool)))
    with pytest.raises(DataError, match="chest64, chest64-kinds, got 'mnist'"):
        read_outlines("mnist")


def test_the_command_prints_figures_and_writes_each_picture(tmp_path, capsys):
    file = tmp_path / "views.csv"
    assert main(["shortcuts", "--model", MODEL, "--data", "chest64", "--csv", str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    reading, data, outlines = (
        find_card(MODEL).config.reading,
        load_dataset("chest64"),
        read_outlines("chest64"),
    )
    rows = np.flatnonzero(outlines.is_known)
    found = answer(load_model(MODEL), to_grids(data.test.images[rows], reading), reading)
    right = float((found.argmax(1) == data.test.labels[rows]).mean())
    assert told["n"] == len(rows) and told["views"]["whole"]["accuracy"] == pytest.approx(right)
    assert set(told["views"]) == set(VIEWS) and told["views"]["lungs"]["intervals"]["auc"]
    lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    assert len(lines) == 1 + len(rows) and lines[0].startswith("row,label,whole normal,whole pneumonia")
    assert float(lines[1].split(",")[2]) == pytest.approx(found[0, 0], abs=1e-6)
    assert main(["shortcuts", "--model", "mnist-lstm", "--json"]) == 2
    assert "outlined lungs" in capsys.readouterr().err
