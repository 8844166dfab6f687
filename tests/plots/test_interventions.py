"""The figures say what the records hold."""

import numpy as np
import pytest

import medrnn
from medrnn.config import ASSETS, DISCLAIMER
from medrnn.explanation.interventions.effects import compare
from medrnn.explanation.interventions.kinds import Intervention
from medrnn.explanation.scan_order import OrderAnswer, OrderTest, shift_test
from medrnn.models.catalog import find_card
from medrnn.plots.interventions import effect_bars, effect_curves, order_bars, shift_curves, state_change

NAME = "pneumonia-gru"


@pytest.fixture(scope="module")
def case():
    study = medrnn.open(ASSETS / "samples" / "chest-child-pneumonia-1.png")
    return medrnn.load(NAME), find_card(NAME), medrnn.read(study, NAME)


@pytest.fixture(scope="module")
def effect(case):
    return compare(*case, [Intervention("blank", steps=(3, 4, 5)), Intervention("reset", steps=(20,))])


def spans(figure):
    return [(shape.x0, shape.x1) for shape in figure.layout.shapes]


def test_the_curves_run_over_the_steps_and_the_edited_ones_are_shaded(effect):
    figure = effect_curves(effect)
    before, after = figure.data
    k = effect.before.argmax()
    assert list(before.x) == list(range(1, 29))
    np.testing.assert_array_equal(before.y, effect.steps_before[:, k])
    np.testing.assert_array_equal(after.y, effect.steps_after[:, k])
    assert (before.line.dash, after.line.dash) == ("dash", "solid")
    assert spans(figure) == [(3.5, 6.5), (20.5, 21.5)]
    assert figure.layout.yaxis.title.text == "probability of pneumonia"
    assert effect_curves(effect, target=0).layout.yaxis.title.text == "probability of normal"


def test_the_bars_are_the_answers_before_and_after(effect):
    figure = effect_bars(effect)
    assert [bar.name for bar in figure.data] == ["before", "after"]
    np.testing.assert_array_equal(figure.data[1].x, effect.after)
    assert list(figure.data[0].y) == ["normal", "pneumonia"]


def test_the_states_have_a_line_a_layer_and_direction(effect):
    figure = state_change(effect)
    assert [line.name for line in figure.data] == [
        f"layer {n}, {way}" for n in (1, 2) for way in ("forward", "backward")
    ]
    np.testing.assert_array_equal(figure.data[1].y, effect.moved["layer0/backward"])
    assert spans(figure) == [(3.5, 6.5), (20.5, 21.5)]


def test_the_shift_curves_have_their_own_axes(case):
    test = shift_test(*case, (2, 4, 6, 6))
    figure = shift_curves(test)
    down, across = figure.data
    assert (down.x[0], across.x[0]) == (-4, -2)
    np.testing.assert_array_equal(down.y, test.curves["down"].probabilities[:, 1])


def test_models_that_disagree_with_most_are_lighter():
    answers = tuple(
        OrderAnswer(name, "", "", "rows, top to bottom", "rows", "forward", False, np.array([p, 1 - p]))
        for name, p in (("a", 0.9), ("b", 0.8), ("c", 0.1))
    )
    bars = order_bars(OrderTest("made", ("no", "yes"), answers)).data[0]
    assert list(bars.x) == [0.9, 0.8, 0.1]
    assert bars.marker.color[0] == bars.marker.color[1] != bars.marker.color[2]
    assert bars.y[0] == "a: rows, top to bottom"


@pytest.mark.parametrize("dark", [False, True])
def test_every_figure_says_that_it_is_not_for_diagnosis(effect, case, dark):
    shift = shift_test(*case, reach=1)
    figures = [draw(effect, dark=dark) for draw in (effect_curves, effect_bars, state_change)]
    for figure in [*figures, shift_curves(shift, dark=dark)]:
        assert DISCLAIMER in [note.text for note in figure.layout.annotations]
