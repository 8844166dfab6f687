"""Cross-validation: every image is held out once, patients stay together, nobody looks at the test part."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch

from medrnn.config import TrainConfig
from medrnn.datasets import Split
from medrnn.errors import ConfigError
from medrnn.evaluation.evaluate import answer, to_grids
from medrnn.models.networks import build_network
from medrnn.training.grid import Row, fold_of, grid, parse_axes, smallest_within_one_error, with_values
from medrnn.training.loop import fit
from medrnn.training.run import fit_config


@pytest.fixture
def short(config):
    return replace(config, epochs=2)


def with_patients(data, each=4):
    """``each`` images a patient, the classes mixed."""
    parts, start = {}, 0
    for name in ("train", "val"):
        split = getattr(data, name)
        groups = start + np.arange(len(split)) // each
        start = groups.max() + 1
        parts[name] = Split(split.images, split.labels, groups)
    return replace(data, **parts)


@pytest.mark.parametrize("folds", [3, 5, 8])
def test_every_image_falls_into_one_fold_and_classes_are_alike(data, folds):
    split, fold = fold_of(data, folds)
    assert len(split) == len(fold) == 220
    assert set(fold) == set(range(folds))
    counts = np.array([np.bincount(split.labels[fold == k]) for k in range(folds)])
    assert np.ptp(counts, axis=0).max() <= 1


def test_the_images_of_a_patient_stay_together(data):
    split, fold = fold_of(with_patients(data), 5)
    assert all(len(set(fold[split.groups == patient])) == 1 for patient in np.unique(split.groups))


def test_unknown_patients_are_each_their_own(data):
    data = with_patients(data)
    groups = np.full(160, -1)
    split, fold = fold_of(replace(data, train=Split(data.train.images, data.train.labels, groups)), 4)
    assert len(set(fold[split.groups == -1])) == 4


def test_a_row_holds_what_a_run_by_hand_gives(data, short):
    """One fold of one value made again: the network, the split and the figures."""
    steps = list(grid(short, data, {"width": [4, 8]}, 3))
    assert [(step.done, step.total, step.row is not None) for step in steps] == [
        (done, 6, done % 3 == 0) for done in range(1, 7)
    ]
    row = steps[-1].row
    split, fold = fold_of(data, 3)
    pick = lambda chosen: Split(split.images[chosen], split.labels[chosen])  # noqa: E731
    part = replace(data, train=pick(fold == 2), val=pick(fold == 1))
    recipe = fit_config(replace(short, model=replace(short.model, width=8)), data)
    torch.manual_seed(recipe.seed)
    model = build_network(recipe.model, recipe.reading)
    list(fit(model, part, recipe))
    held = pick(fold == 0)
    said = answer(model, to_grids(held.images, recipe.reading), recipe.reading).argmax(1)
    assert row.values == {"width": 8}
    assert row.accuracy[0] == pytest.approx(float((said == held.labels).mean()))
    assert row.parameters == sum(weight.numel() for weight in model.parameters())
    assert row.ms > 0 and len(row.accuracy) == len(row.auc) == 3
    assert row.mean == pytest.approx(np.mean(row.accuracy))
    assert row.error == pytest.approx(np.std(row.accuracy, ddof=1) / 3**0.5)


def test_the_test_part_is_never_touched(data, short):
    assert len(list(grid(short, replace(data, test=None), {"width": [4]}, 3))) == 3


def test_a_stop_keeps_what_is_done(data, short):
    asked = itertools.count()
    steps = grid(short, data, {"width": [4, 8]}, 3, lambda: next(asked) > 25)
    found = list(steps)
    assert 1 <= len(found) < 6


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        (["width=28,56,84"], {"width": [28, 56, 84]}),
        (
            ["cell=rnn,gru", "learning_rate=1e-3,0.01"],
            {"cell": ["rnn", "gru"], "learning_rate": [1e-3, 0.01]},
        ),
        (["is_bidirectional=true,false"], {"is_bidirectional": [True, False]}),
        (["width=8,8"], {"width": [8]}),
    ],
)
def test_words_become_axes(texts, wanted):
    assert parse_axes(texts) == wanted


@pytest.mark.parametrize(
    ("texts", "match"),
    [
        (["width"], "expected NAME=VALUE"),
        (["width="], "expected NAME=VALUE"),
        (["depth=1"], "expected a setting such as width"),
        (["seed=1,2"], "expected a setting such as width"),
        (["data=mnist"], "expected a setting such as width"),
        ([], "1 to 64 combinations, got 0"),
        (["width=2", "width=3"], "width is named twice. Put all of its values behind one width="),
        ([f"width={','.join(map(str, range(1, 66)))}"], "1 to 64 combinations, got 65"),
    ],
)
def test_words_that_are_no_axes_are_refused(texts, match):
    with pytest.raises(ConfigError, match=match):
        parse_axes(texts)


@pytest.mark.parametrize(
    ("axes", "folds", "match"),
    [
        ({"width": [0]}, 3, "width: expected a number from 1"),
        ({"width": ["many"]}, 3, "width: expected a whole number"),
        ({"size": [[8, 8], [9, 8]], "order": ["raster"]}, 3, "patch: expected a divisor"),
        ({"width": [4]}, 2, "folds: expected a number from 3 to 20"),
        ({"width": [4]}, 20, ""),
    ],
)
def test_what_cannot_be_built_is_refused_before_the_first_run(data, short, axes, folds, match):
    few = replace(data, val=Split(data.val.images[:0], data.val.labels[:0]), train=data.train.first(12))
    with pytest.raises(ConfigError, match=match or "at least 20 images of each class"):
        next(grid(short, few, axes, folds))


def test_a_whole_number_stands_for_a_number():
    found = with_values(TrainConfig(), {"learning_rate": 1, "dropout": 0, "order": "columns", "width": 7})
    assert (found.learning_rate, found.model.dropout) == (1.0, 0.0)
    assert (found.reading.order, found.model.width) == ("columns", 7)


def test_of_those_within_one_standard_error_the_smallest_is_taken():
    rows = [
        Row({"width": width}, width, 1.0, tuple(right), (None,) * 4)
        for width, right in (
            (8, (0.5, 0.6, 0.5, 0.6)),
            (16, (0.80, 0.82, 0.78, 0.80)),
            (32, (0.84, 0.78, 0.84, 0.78)),
            (64, (0.80, 0.82, 0.80, 0.81)),
        )
    ]
    assert smallest_within_one_error(rows).values == {"width": 16}  # .800, the best is .810 +- .017
    assert smallest_within_one_error(rows[:1]).values == {"width": 8}
