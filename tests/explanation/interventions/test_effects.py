"""What interventions do to a shipped model's answers, against the fused model on the changed images."""

import json

import numpy as np
import pytest
import torch

import medrnn
from medrnn.config import ASSETS, ReadingConfig
from medrnn.datasets import load_dataset
from medrnn.errors import ConfigError, DataError, ReadingError, TraceError
from medrnn.evaluation.evaluate import answer, to_grids
from medrnn.evaluation.metrics import wilson_interval
from medrnn.explanation.interventions import effects
from medrnn.explanation.interventions.effects import compare, move_of, probability_moved
from medrnn.explanation.interventions.kinds import Intervention
from medrnn.explanation.interventions.set_effects import share_changed
from medrnn.models.catalog import find_card
from medrnn.models.predict import predict
from medrnn.sequences import read_study

CHEST = ASSETS / "samples" / "chest-child-pneumonia-1.png"
BLANK = Intervention("blank", steps=tuple(range(10, 20)), value=1.0)


@pytest.fixture(params=["pneumonia-lstm-forward", "pneumonia-gru"])
def case(request):
    study = medrnn.open(CHEST)
    return medrnn.load(request.param), find_card(request.param), medrnn.read(study, request.param)


@pytest.fixture(scope="module")
def test_split():
    return load_dataset("pneumoniamnist").test


def test_before_and_after_are_what_the_fused_model_says_of_both_images(case):
    model, card, reading = case
    found, plain = compare(model, card, reading, [BLANK]), predict(model, card, reading)
    np.testing.assert_allclose(found.before, plain.probabilities, atol=1e-6)
    np.testing.assert_allclose(found.steps_before, plain.steps, atol=1e-5)
    grid = reading.grid.copy()
    grid[10:20] = 1
    expected = answer(model, torch.from_numpy(grid)[None], reading.config)
    np.testing.assert_allclose(found.after, expected[0], atol=1e-6)
    assert found.error < 1e-6
    assert found.is_changed == (expected[0].argmax() != plain.answer)


def test_the_change_begins_where_the_image_was_changed(case):
    model, card, reading = case
    found = compare(model, card, reading, [BLANK])
    assert np.flatnonzero(found.edited).tolist() == list(range(10, 20))
    assert (found.change[:10] == 0).all() and found.change[10] > 0
    for name, moved in found.moved.items():
        before = found.trace_before.arrays[name + "/h"].astype(np.float64)
        after = found.trace_after.arrays[name + "/h"]
        np.testing.assert_allclose(moved, ((after - before) ** 2).mean(1) ** 0.5, atol=1e-6)
        untouched = slice(0, 10) if name == "layer0/forward" else slice(20, None)
        if name.startswith("layer0"):
            assert (moved[untouched] == 0).all() and moved[10:20].all()


def test_nothing_done_changes_nothing(case):
    found = compare(*case, [])
    assert not found.edited.any() and found.edited.shape == (28,)
    assert not found.is_changed and not found.change.any()


def test_an_effect_becomes_plain_json(case):
    found = compare(*case, [BLANK, Intervention("skip", steps=(2,))])
    record = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert list(record["before"]) == ["normal", "pneumonia"]
    assert record["steps"][2]["read"] is False and record["steps"][3]["read"] is True
    assert [Intervention.from_dict(e) for e in record["edits"]] == list(found.interventions)
    assert record["steps"][-1]["after"] == pytest.approx(record["after"])


def test_probability_moved_of_two_classes_is_the_difference():
    assert probability_moved(np.array([0.9, 0.1]), np.array([0.2, 0.8])) == pytest.approx(0.7)
    assert probability_moved(np.array([0.5, 0.5, 0]), np.array([0, 0.5, 0.5])) == pytest.approx(0.5)


def test_an_unchanged_run_that_is_not_the_fused_one_is_no_effect(case, monkeypatch):
    monkeypatch.setattr(effects, "answer", lambda *_: np.array([[0.5, 0.5]]))
    with pytest.raises(TraceError, match="it differs by"):
        compare(*case, [])


def test_another_models_reading_is_refused(case):
    model, card, _ = case
    wrong = read_study(medrnn.open(CHEST), ReadingConfig(order="columns"))
    with pytest.raises(ReadingError, match="reads rows"):
        compare(model, card, wrong, [])


def test_the_share_that_changes_is_counted_over_the_fused_answers(case, test_split):
    model, card, _ = case
    done = []
    found = share_changed(
        model,
        card,
        test_split.images,
        test_split.labels,
        [BLANK],
        limit=300,
        progress=lambda *n: done.append(n),
    )
    images = test_split.images[found.rows]
    whitened = images.copy()
    whitened[:, 10:20] = 255
    before, after = (
        answer(model, to_grids(some, card.config.reading), card.config.reading) for some in (images, whitened)
    )
    changed = before.argmax(1) != after.argmax(1)
    labels = test_split.labels[found.rows]
    assert 0 < found.share == pytest.approx(changed.mean())
    assert list(found.interval) == wilson_interval(int(changed.sum()), 300)
    assert found.accuracy == pytest.approx(
        ((before.argmax(1) == labels).mean(), (after.argmax(1) == labels).mean())
    )
    assert found.mean_change == pytest.approx(np.abs(after - before)[:, 1].mean(), abs=1e-5)
    assert done == [(256, 300), (300, 300)]
    record = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert (record["n"], record["share_changed"]) == (300, found.share)


def test_the_sample_comes_from_its_seed(case, test_split):
    model, card, _ = case
    first, again, other = (
        share_changed(model, card, test_split.images, test_split.labels, [], limit=20, seed=seed)
        for seed in (1, 1, 2)
    )
    assert first.rows.tolist() == again.rows.tolist() != other.rows.tolist()
    assert (first.share, first.mean_change, first.interval[0]) == (0, 0, 0)
    assert len(np.unique(first.rows)) == 20


def test_what_is_no_data_set_for_the_model_is_refused(case):
    model, card, _ = case
    images, labels = np.zeros((3, 28, 28), np.uint8), np.array([0, 1, 9])
    with pytest.raises(DataError, match="Expected at most the 2 classes .* got label 9"):
        share_changed(model, card, images, labels, [])
    with pytest.raises(DataError, match="Expected uint8 images"):
        share_changed(model, card, images / 255, labels, [])
    with pytest.raises(ConfigError, match="limit: expected at least 1"):
        share_changed(model, card, images, labels, [], limit=0)


def test_what_became_of_an_answer_is_told_by_class_points_and_margin():
    fell = move_of(("normal", "pneumonia"), np.array([0.026, 0.974]), np.array([0.496, 0.504]))
    assert (fell.before, fell.after) == ("pneumonia", "pneumonia")
    assert fell.points == pytest.approx(-47) and fell.margin_after == pytest.approx(0.008)
    turned = move_of(("a", "b", "c"), np.array([0.6, 0.3, 0.1]), np.array([0.2, 0.1, 0.7]))
    assert (turned.before, turned.after, turned.p_after) == ("a", "c", 0.2)
    assert turned.margin_before == pytest.approx(0.3) and turned.margin_after == pytest.approx(0.5)
