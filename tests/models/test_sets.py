"""Which classes of an image cannot be excluded, what is said of it, and that every answer and file carries it."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from medrnn.errors import CatalogError
from medrnn.imaging.samples import read_sample
from medrnn.models.cards import read_card, write_card
from medrnn.models.catalog import SHIPPED, load_model
from medrnn.models.inference import answers_table, infer
from medrnn.models.predict import predict
from medrnn.models.sets import say_covered, say_of, say_set, scale, set_cell, set_of
from medrnn.sequences import read_study
from medrnn.types import Verdict


def with_limits(card, *limits):
    sets = card.sure["sets"]
    rows = [{**row, "limit": limit} for row, limit in zip(sets["classes"], limits, strict=True)]
    return replace(card, sure={**card.sure, "sets": {**sets, "classes": rows}})


@pytest.fixture(scope="module")
def gru():
    return read_card(SHIPPED / "pneumonia-gru")


@pytest.fixture(scope="module")
def read(gru):
    reading = read_study(read_sample("chest-child-pneumonia-1"), gru.config.reading)
    return load_model("pneumonia-gru"), reading


@pytest.mark.parametrize(
    ("kept", "answer", "names", "said"),
    [
        (None, 0, ("normal", "pneumonia"), ""),
        ((1,), 1, ("normal", "pneumonia"), ""),
        ((0, 1), 1, ("normal", "pneumonia"), "normal or pneumonia: cannot tell at 90 %"),
        ((), 1, ("normal", "pneumonia"), "neither class is usual at 90 %"),
        ((0,), 1, ("normal", "pneumonia"), "normal alone is usual at 90 %, though less probable"),
        ((), 2, ("a", "b", "c"), "no class is usual at 90 %"),
        ((0, 2), 2, ("a", "b", "c"), "a or c: cannot tell at 90 %"),
        ((0, 1, 2), 2, ("a", "b", "c"), "any of the 3 classes: cannot tell at 90 %"),
    ],
)
def test_what_stands_in_place_of_an_answer(kept, answer, names, said):
    assert say_set(kept, answer, names) == said


def test_a_class_stays_from_its_own_limit_on(gru):
    card = with_limits(gru, 0.3, 0.6)
    found = [set_of(card, np.array([p, 1 - p])) for p in (0.2, 0.3, 0.4, 0.5)]
    assert found == [(1,), (0, 1), (0, 1), (0,)]
    assert set_of(replace(gru, sure=None), np.array([0.5, 0.5])) is None


def test_an_answer_and_what_is_made_of_it_carry_the_set(gru, read):
    model, reading = read
    for limits, names in (((0, 0), ("normal", "pneumonia")), ((1, 1), ()), ((1, 0), ("pneumonia",))):
        card = with_limits(gru, *limits)
        found = predict(model, card, reading)
        made = infer(card, reading, device="cpu", found=found)
        assert made.prediction_set == names and made.to_dict()["prediction_set"] == names
        table = [line for line in answers_table([found], [made]).splitlines() if not line.startswith("#")]
        (row,) = csv.DictReader(io.StringIO("\n".join(table)))
        assert row["prediction_set"] == ("; ".join(names) or "none")
        assert bool(say_of(found)) is (len(names) != 1)
        assert say_of(replace(found, verdict=Verdict("unlike"))) == ""
    assert set_cell(None, card.classes) == ""


def test_probabilities_are_scaled_only_where_the_temperature_is_on(gru, read):
    model, reading = read
    found, t = predict(model, gru, reading), gru.sure["temperature"]
    odds = np.log(found.probabilities[1] / found.probabilities[0]) / t["value"]
    np.testing.assert_allclose(found.scaled[1], 1 / (1 + np.exp(-odds)), rtol=1e-6)
    np.testing.assert_allclose(scale(found.probabilities, 1.0), found.probabilities, atol=1e-9)
    off = replace(gru, sure={**gru.sure, "temperature": {**t, "is_on": False}})
    assert predict(model, off, reading).scaled is None
    assert predict(model, replace(gru, sure=None), reading).scaled is None


def test_what_was_measured_on_test_images_is_said_a_class_at_a_time(gru):
    normal, pneumonia = (100 * one["test"] for one in gru.sure["sets"]["classes"])
    assert f"normal {normal:.0f} %, pneumonia {pneumonia:.0f} %." in say_covered(gru, gru.classes)
    digits = read_card(SHIPPED / "mnist-rnn")
    shares = [one["test"] for one in digits.sure["sets"]["classes"]]
    said = say_covered(digits, digits.classes)
    assert f"from {100 * min(shares):.0f} % ({int(np.argmin(shares))}) to {100 * max(shares):.0f} %" in said


def test_a_card_with_limits_for_other_classes_is_refused(gru, tmp_path):
    rows = gru.sure["sets"]["classes"][:1]
    bad = replace(gru, sure={**gru.sure, "sets": {**gru.sure["sets"], "classes": rows}}, folder=tmp_path)
    write_card(bad)
    with pytest.raises(CatalogError, match="one limit a class"):
        read_card(tmp_path)
