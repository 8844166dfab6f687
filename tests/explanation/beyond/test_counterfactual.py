"""Counterfactuals of networks whose answer hangs on known rows, and of small ones against all sets of rows."""

import json
from itertools import combinations

import numpy as np
import pytest
import torch
from torch import nn

from medrnn.__main__ import main
from medrnn.errors import ConfigError, ReadingError
from medrnn.explanation.beyond.counterfactual import find_counterfactual
from medrnn.explanation.beyond.nearest import build_gallery, nearest_of_another, sequence_of
from medrnn.explanation.beyond.seen import see
from tests.explanation.beyond.made import made_card, made_model, made_reading, made_set, trained
from tests.explanation.networks import KINDS, carded


class Rows(nn.Module):
    """Answers 1 where the weighted mean of the rows is above one half."""

    def __init__(self, weights):
        super().__init__()
        self.weights = nn.Parameter(torch.tensor(weights))

    def forward(self, x):
        value = (x.mean(-1) * self.weights).sum(-1) - 0.5
        return torch.stack([-value, value], 1)


def white():
    return made_reading(np.full((8, 8), 255, np.uint8))


def test_the_two_rows_that_carry_the_answer_are_found():
    """Any one of rows 2 and 5 alone holds the answer; with both black it turns."""
    model = Rows([0.0, 0, 0.6, 0, 0.05, 0.6, 0, 0])
    done = []
    found = find_counterfactual(model, made_card(), white(), towards="black", tell=done.append)
    assert found.is_found and found.steps.tolist() == [2, 5] and found.tried == 2
    assert (found.answer_before, found.answer_after, found.share) == ("bright", "dark", 0.25)
    expected = np.ones((8, 8), np.float32)
    expected[[2, 5]] = 0
    np.testing.assert_array_equal(found.grid, expected)
    assert done == [1 / 8, 2 / 8]


def test_a_row_that_came_first_is_put_back_where_it_is_not_needed():
    """Row 0 moves the answer most by itself, but the rows after it turn it without row 0."""

    class First(nn.Module):
        def __init__(self):
            super().__init__()
            self.bias = nn.Parameter(torch.tensor(0.0))

        def forward(self, x):
            a, b, c = (1 - x[:, k].mean(-1) for k in range(3))  # 1 where the row was replaced
            turned = 0.5 * a + 0.4 * b + 0.4 * c + 2 * b * c - 1.0
            return torch.stack([turned + self.bias, -turned], 1)

    found = find_counterfactual(First(), made_card(), white(), towards="black")
    assert found.tried == 3 and found.steps.tolist() == [1, 2]


def test_where_nothing_turns_the_answer_it_is_said():
    model = Rows([0.0] * 8)  # always "dark"
    found = find_counterfactual(model, made_card(), white(), towards="black")
    assert not found.is_found and found.steps.tolist() == list(range(8)) and found.tried == 8
    assert found.answer_before == found.answer_after == "dark"


@pytest.mark.parametrize("kind", ["stack", "stack-stem", "sweeps", "cnn"])
def test_no_row_of_what_is_found_can_be_left_out(kind):
    torch.manual_seed(1)
    model, card, reading = carded(kind)
    other = np.random.default_rng(2).random(reading.sequence.shape).astype(np.float32)
    model.head.bias.data.zero_()
    found = find_counterfactual(model, card, reading, towards=other)

    def answer(steps):
        x = reading.sequence.copy()
        x[list(steps)] = other[list(steps)]
        with torch.no_grad():
            return int(model(torch.from_numpy(x)[None])[0].argmax())

    before, steps = answer([]), found.steps.tolist()
    assert found.towards == "case" and before == int(found.before.argmax())
    if not found.is_found:
        assert answer(range(len(other))) == before
        return
    assert answer(steps) == int(found.after.argmax()) != before
    assert all(answer(set(steps) - {one}) == before for one in steps)
    smaller = [some for k in range(1, min(3, len(steps))) for some in combinations(range(len(other)), k)]
    assert len(steps) > 3 or not any(answer(some) != before for some in smaller)


@pytest.fixture(scope="module")
def made():
    torch.manual_seed(0)
    data, _ = made_set()
    model, card = made_model()
    model = trained(model, data.train)
    return model.eval(), card, data, build_gallery(model, card, data)


def test_towards_the_nearest_case_of_another_class(made):
    model, card, data, gallery = made
    assert (gallery.answers == gallery.labels).all()
    reading = made_reading(data.test.images[1])
    row = nearest_of_another(model, card, reading, gallery)
    states, _ = see(model, np.concatenate([data.train.images, data.test.images[1:2]]))
    distances = np.linalg.norm(states[:-1] - states[-1], axis=1)
    distances[data.train.labels == 1] = np.inf
    assert row == distances.argmin() and data.train.labels[row] == 0
    case = sequence_of(gallery, row, card.config.reading)
    np.testing.assert_allclose(case, data.train.images[row] / np.float32(255), atol=1e-7)
    found = find_counterfactual(model, card, reading, towards=case)
    assert found.is_found and set(found.steps) <= {1, 6}  # the rows of the two pixels that tell


@pytest.mark.parametrize("kind", KINDS)
def test_the_model_is_left_as_found(kind):
    model, card, reading = carded(kind)
    model.train()
    find_counterfactual(model, card, reading, towards="blur")
    assert all(part.training for part in model.modules())


def test_what_does_not_fit_is_said():
    with pytest.raises(ConfigError, match="towards: expected one of black, .* got 'pink'"):
        find_counterfactual(Rows([0.0] * 8), made_card(), white(), towards="pink")
    with pytest.raises(ReadingError, match=r"\(8, 8\) \(step, feature\), got \(3, 8\)"):
        find_counterfactual(Rows([0.0] * 8), made_card(), white(), towards=np.zeros((3, 8), np.float32))


def test_the_command_says_what_was_changed_and_writes_it(tmp_path, capsys):
    file, out = "assets/samples/chest-child-pneumonia-1.png", tmp_path / "changed.npz"
    asked = ["counterfactual", file, "--model", "pneumonia-lstm-forward", "--out", str(out), "--json"]
    assert main(asked) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["found"] and told["case"]["label"] == "normal" and told["line"] == "row" and told["of"] == 28
    assert max(told["before"], key=told["before"].get) != max(told["after"], key=told["after"].get)
    with np.load(out) as arrays:
        moved = np.abs(arrays["image"] - arrays["changed"]).max(1) > 0
        assert np.flatnonzero(moved).tolist() == told["steps"] == arrays["steps"].tolist()
        assert "not for diagnosis" in str(arrays["note"])
