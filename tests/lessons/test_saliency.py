"""Lesson 12: maps against chance weights, and the lean of gradients."""

import numpy as np
import pytest
import torch
from scipy.stats import rankdata

from medrnn.lessons.saliency import LESSON, MODEL, RANDOMISED, check, correlate, last_quarter, lean, randomise
from medrnn.models.catalog import find_card, load_model

FILMS = LESSON.knob("film").options


@pytest.fixture(scope="module")
def model():
    return load_model(MODEL)


def of(model, film=FILMS[0], method="saliency", what="everything"):
    return check(model, find_card(MODEL), film, method, what)


def test_only_what_is_named_is_drawn_anew_and_the_model_is_left_alone(model):
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    changed = {
        what: {
            name
            for name, weight in randomise(model, what, 0).state_dict().items()
            if not weight.equal(before[name])
        }
        for what in RANDOMISED
    }
    assert changed["nothing"] == set() and changed["head"] == {"head.weight", "head.bias"}
    assert changed["top-layer"] - changed["head"] == {name for name in before if name.endswith("_l1")}
    assert changed["everything"] == set(before)
    assert all(weight.equal(before[name]) for name, weight in model.state_dict().items())


def test_nothing_redrawn_is_the_same_map_and_everything_another(model):
    same, other = (of(model, what=what) for what in ("nothing", "everything"))
    assert same.correlations == pytest.approx(1) and same.before == same.after
    assert abs(other.correlations.mean()) < 0.2 and 0.4 < other.after < 0.6 < other.before


@pytest.mark.parametrize("film", FILMS)
def test_row_occlusion_of_chance_weights_still_looks_like_the_true_one(model, film):
    assert of(model, film, "row-occlusion").correlations.mean() > 0.455
    assert of(model, film, "saliency").correlations.mean() < 0.4


def test_chance_weights_lean_to_the_last_rows_and_the_trained_network_does_not(model):
    trained, chance = lean(model), lean(randomise(model, "everything", 0))
    assert round(100 * last_quarter(trained)) == 21 and round(100 * last_quarter(chance)) == 91
    assert trained.sum() == pytest.approx(1) and len(chance) == 28
    assert LESSON.question.choices[LESSON.question.right].startswith("Nine tenths")


def test_the_lean_is_the_gradient_by_finite_differences(model):
    """Of the first image of noise, in float64: one pixel of the first and one of the last row."""
    noise = np.random.default_rng(0).random((1, 28, 28), dtype=np.float32)
    double = randomise(model, "nothing", 0).double()
    x = torch.from_numpy(noise).double().requires_grad_()
    k = int(double(x).argmax())
    (gradient,) = torch.autograd.grad(double(x)[0, k], x)
    for row in (0, 27):
        step = torch.zeros_like(x)
        step[0, row, 13] = 1e-5
        with torch.no_grad():
            slope = (double(x + step)[0, k] - double(x - step)[0, k]) / 2e-5
        assert float(gradient[0, row, 13]) == pytest.approx(float(slope), rel=1e-4)


def test_the_correlation_is_pearsons_of_ranks(model):
    found = of(model, what="head")
    one, other = (rankdata(np.abs(a.values).ravel()) for a in (found.own, found.other))
    assert correlate(found.own, found.other) == pytest.approx(np.corrcoef(one, other)[0, 1])
