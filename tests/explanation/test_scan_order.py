"""Shifts against the fused model on images moved by hand; reading orders against each model's own answer."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import medrnn
from medrnn.config import ASSETS, ORDERS, ModelConfig, ReadingConfig
from medrnn.errors import CatalogError, ReadingError
from medrnn.evaluation.evaluate import answer
from medrnn.explanation.interventions.effects import compare
from medrnn.explanation.interventions.kinds import Intervention
from medrnn.explanation.scan_order import (
    OrderAnswer,
    OrderTest,
    ShiftCurve,
    order_cards,
    order_test,
    shift_image,
    shift_patch,
    shift_test,
)
from medrnn.models.catalog import find_card, list_cards
from medrnn.models.classifier import RecurrentClassifier
from medrnn.sequences import boxes, lines, read_study

CHEST = ASSETS / "samples" / "chest-child-pneumonia-1.png"
NAMES = ("pneumonia-lstm-forward", "pneumonia-rnn")


@pytest.fixture(scope="module", params=NAMES)
def case(request):
    name = request.param
    return medrnn.load(name), find_card(name), medrnn.read(medrnn.open(CHEST), name)


def test_a_moved_image_repeats_its_edge():
    grid = np.arange(12, dtype=np.float32).reshape(3, 4)
    np.testing.assert_array_equal(shift_image(grid, 1, 0), grid[[0, 0, 1]])
    np.testing.assert_array_equal(shift_image(grid, -2, 0), grid[[2, 2, 2]])
    np.testing.assert_array_equal(shift_image(grid, 0, 2), grid[:, [0, 0, 0, 1]])
    np.testing.assert_array_equal(shift_image(grid, 1, -1), grid[[0, 0, 1]][:, [1, 2, 3, 3]])
    assert shift_image(grid, 0, 0).dtype == np.float32


def test_a_moved_patch_lies_on_an_even_background():
    grid = np.arange(12, dtype=np.float32).reshape(3, 4)
    found = shift_patch(grid, (1, 0, 2, 2), 1, -1, 0.5)
    np.testing.assert_array_equal(found, [[0.5] * 4, [1, 2, 0.5, 0.5], [5, 6, 0.5, 0.5]])


def test_each_shift_is_answered_as_the_model_answers_that_image(case):
    model, card, reading = case
    found = shift_test(model, card, reading)
    for axis, pads in (("down", ((3, 0), (0, 0))), ("across", ((0, 0), (3, 0)))):
        curve = found.curves[axis]
        assert curve.shifts.tolist() == list(range(-7, 8))
        moved = np.pad(reading.grid, pads, mode="edge")[:28, :28]
        expected = answer(model, torch.from_numpy(moved)[None], reading.config)[0]
        np.testing.assert_allclose(curve.probabilities[curve.shifts == 3][0], expected, atol=1e-6)
        plain = answer(model, torch.from_numpy(reading.grid)[None], reading.config)[0]
        np.testing.assert_allclose(curve.probabilities[curve.shifts == 0][0], plain, atol=1e-6)
    assert (found.region, found.background) == (None, None)


def test_a_patch_is_moved_wherever_it_fits(case):
    model, card, reading = case
    found = shift_test(model, card, reading, (4, 10, 8, 6))
    assert found.curves["down"].shifts.tolist() == list(range(-10, 13))
    assert found.curves["across"].shifts.tolist() == list(range(-4, 17))
    assert found.background == pytest.approx(reading.grid.mean())
    moved = np.full((28, 28), reading.grid.mean(), np.float32)
    moved[20:26, 4:12] = reading.grid[10:16, 4:12]
    expected = answer(model, torch.from_numpy(moved)[None], reading.config)[0]
    curve = found.curves["down"]
    np.testing.assert_allclose(curve.probabilities[curve.shifts == 10][0], expected, atol=1e-6)


def test_a_band_as_wide_as_the_image_moves_down_only(case):
    found = shift_test(*case, (0, 8, 28, 4), background=0.0, reach=5)
    assert found.curves["across"].shifts.tolist() == [0]
    assert found.curves["down"].shifts.tolist() == list(range(-5, 6))
    assert found.background == 0
    assert found.curves["across"].agreement == 1


@pytest.mark.parametrize("order", ORDERS)
def test_no_order_is_taken_for_rows(case, order):
    """The image is moved upright, then read in the model's own order, whatever that is."""
    _, card, _ = case
    reading = ReadingConfig(order=order, direction="reverse")
    made = ModelConfig(features=reading.features, width=6)
    card = replace(card, config=replace(card.config, reading=reading, model=made))
    model, came = RecurrentClassifier(made).eval(), read_study(medrnn.open(CHEST), reading)
    curve = shift_test(model, card, came).curves["down"]
    moved = np.pad(came.grid, ((5, 0), (0, 0)), mode="edge")[:28]
    with torch.no_grad():
        expected = model(torch.from_numpy(np.ascontiguousarray(lines(moved, reading)))[None]).softmax(-1)[0]
    np.testing.assert_allclose(curve.probabilities[curve.shifts == 5][0], expected, atol=1e-6)
    blank = compare(model, card, came, [Intervention("blank", steps=(0,), value=1.0)])
    place = boxes(reading, (0, 0, 28, 28))[0].astype(int)
    whitened = came.grid.copy()
    whitened[place[1] : place[1] + place[3], place[0] : place[0] + place[2]] = 1
    np.testing.assert_allclose(
        blank.after, answer(model, torch.from_numpy(whitened)[None], reading)[0], atol=1e-6
    )


def test_spread_and_agreement_of_a_curve():
    table = np.array([[0.1, 0.9], [0.4, 0.6], [0.7, 0.3], [0.2, 0.8]], np.float32)
    curve = ShiftCurve("down", np.array([-1, 0, 1, 2]), table)
    np.testing.assert_allclose(curve.spread, [0.6, 0.6])
    assert curve.agreement == pytest.approx(2 / 3)


@pytest.mark.parametrize("region", [(-1, 0, 3, 3), (0, 0, 0, 3), (20, 0, 9, 3), (0, 26, 3, 3)])
def test_a_patch_outside_is_refused(case, region):
    with pytest.raises(ReadingError, match="Expected a patch inside .* 28 x 28"):
        shift_test(*case, region)
    with pytest.raises(ReadingError, match="reach: expected at least 0"):
        shift_test(*case, reach=-1)


def test_every_model_of_the_data_set_answers_as_by_itself():
    study = medrnn.open(CHEST)
    found = order_test(study, "pneumoniamnist")
    all_of_it = [card for card in list_cards().values() if card.data["name"] == "pneumoniamnist"]
    cards = [card for card in all_of_it if card.config.model.core == "stack"]
    assert [one.model for one in found.answers] == [card.id for card in cards]
    assert {card.id for card in cards} >= set(NAMES)
    for one, card in zip(found.answers, cards, strict=True):
        np.testing.assert_allclose(one.probabilities, medrnn.predict(card.id, study).probabilities, atol=1e-6)
        assert (one.order, one.direction) == (card.config.reading.order, card.config.reading.direction)
    table = np.stack([one.probabilities for one in found.answers])
    np.testing.assert_allclose(found.spread, table.max(0) - table.min(0))
    assert found.classes == ("normal", "pneumonia")


def test_models_of_one_cell_or_way_can_be_chosen_and_lent():
    cards = order_cards("pneumoniamnist", cell="rnn", is_bidirectional=True)
    assert [card.id for card in cards] == ["pneumonia-rnn"]
    asked = []

    def load(card):
        asked.append(card.id)
        return medrnn.load(card.id)

    found = order_test(medrnn.open(CHEST), "pneumoniamnist", cards=cards, load=load)
    assert asked == ["pneumonia-rnn"]
    assert found.answers[0].is_bidirectional and found.agreement == 1


def test_agreement_is_the_share_of_the_most_frequent_answer():
    answers = tuple(
        OrderAnswer("m", "", "", "", "rows", "forward", False, np.array([p, 1 - p])) for p in (0.9, 0.8, 0.1)
    )
    found = OrderTest("made", ("a", "b"), answers)
    assert found.agreement == pytest.approx(2 / 3)
    np.testing.assert_allclose(found.spread, [0.8, 0.8])


def test_a_data_set_without_a_model_is_said():
    with pytest.raises(CatalogError, match="Expected a model trained on 'ultrasound'"):
        order_test(medrnn.open(CHEST), "ultrasound")
    with pytest.raises(CatalogError, match="at least one model"):
        order_test(medrnn.open(CHEST), "pneumoniamnist", cards=())
