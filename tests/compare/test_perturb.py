"""Small changes of an image, each against the same written out, and the answers to them."""

import numpy as np
import pytest
import torch

from medrnn import sequences
from medrnn.compare.perturb import PERTURBATIONS, STRENGTHS, move, perturb
from medrnn.errors import ConfigError
from medrnn.imaging.samples import read_sample
from medrnn.models.catalog import find_card, load_model

SIDE = 25  # 4 % of it is one pixel


@pytest.fixture
def grid(rng):
    return rng.uniform(0.3, 0.7, (SIDE, SIDE)).astype(np.float32)


def moved(grid, down, across):
    """Every pixel from where it was, the edge repeated."""
    rows, columns = (np.clip(np.arange(SIDE) - by, 0, SIDE - 1) for by in (down, across))
    return grid[np.ix_(rows, columns)]


@pytest.mark.parametrize(
    "name, down, across", [("left", 0, -1), ("right", 0, 1), ("up", -1, 0), ("down", 1, 0)]
)
@pytest.mark.parametrize("strength", STRENGTHS)
def test_a_shift_moves_every_pixel_by_whole_ones(grid, name, down, across, strength):
    by = int(STRENGTHS[strength])
    found = perturb(grid, name, strength)
    np.testing.assert_allclose(found, moved(grid, by * down, by * across), atol=1e-6)


def test_mirrored_and_flipped_are_turned_over(grid):
    np.testing.assert_array_equal(perturb(grid, "mirrored"), grid[:, ::-1])
    np.testing.assert_array_equal(perturb(grid, "upside-down", "large"), grid[::-1])


@pytest.mark.parametrize(
    "name, expected",
    [
        ("brighter", lambda v: v + 0.16),
        ("darker", lambda v: v - 0.16),
        ("more-contrast", lambda v: (v - 0.5) * 1.3 + 0.5),
        ("less-contrast", lambda v: (v - 0.5) / 1.3 + 0.5),
    ],
)
def test_a_window_is_a_line_that_ends_at_black_and_white(name, expected):
    values = np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4)
    found = perturb(values, name, "medium")
    np.testing.assert_allclose(found, expected(values.astype(np.float64)).clip(0, 1), atol=1e-6)


def test_a_blur_is_the_mean_under_a_gaussian(grid):
    sigma = 0.015 * 4 * SIDE
    offsets = np.arange(-8, 9)
    weights = np.exp(-((offsets / sigma) ** 2) / 2)
    weights /= weights.sum()
    rows = sum(w * moved(grid.astype(np.float64), -k, 0) for k, w in zip(offsets, weights, strict=True))
    both = sum(w * moved(rows, 0, -k) for k, w in zip(offsets, weights, strict=True))
    np.testing.assert_allclose(
        perturb(grid, "blurred", "large"), both, atol=2e-4
    )  # scipy ends it at four sigma


def test_turns_go_both_ways_and_leave_the_middle(grid):
    left, right = perturb(grid, "turned-left"), perturb(grid, "turned-right")
    assert left[SIDE // 2, SIDE // 2] == pytest.approx(grid[SIDE // 2, SIDE // 2])
    ramp = np.tile(np.linspace(0, 1, SIDE, dtype=np.float32), (SIDE, 1))  # brighter to the right
    for name, way in (("turned-left", -1), ("turned-right", 1)):  # to the left the bright side goes up
        turned = perturb(ramp, name)
        slope = turned[SIDE // 2 + 5, SIDE // 2] - turned[SIDE // 2 - 5, SIDE // 2]
        assert slope == pytest.approx(way * 10 * np.sin(np.radians(4)) / (SIDE - 1), abs=1e-5)
    assert not np.allclose(left, right)


def test_noise_has_its_size_and_comes_again_from_its_seed():
    grey = np.full((80, 80), 0.5, np.float32)
    one, again, other = (perturb(grey, "noise", seed=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
    assert one.std() == pytest.approx(0.04, rel=0.05)


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_colour_keeps_its_planes_and_the_range(name, rng):
    picture = rng.uniform(0, 1, (16, 12, 3)).astype(np.float32)
    picture[..., 2] = 0.25  # nothing of the other planes comes into this one
    found = perturb(picture, name, "large")
    assert found.shape == picture.shape and found.dtype == np.float32
    assert found.min() >= 0 and found.max() <= 1
    if name not in ("noise", "brighter", "darker", "more-contrast", "less-contrast"):
        np.testing.assert_allclose(found[..., 2], 0.25, atol=1e-6)


@pytest.mark.parametrize("arguments, words", [(("sideways",), "shifted|left"), (("left", "huge"), "small")])
def test_what_is_unknown_is_refused(grid, arguments, words):
    with pytest.raises(ConfigError, match=words):
        perturb(grid, *arguments)


def test_a_model_answers_each_change_as_if_it_came_alone():
    card = find_card("pneumonia-gru-forward")
    model = load_model(card.id, "cpu").train()
    reading = sequences.read_study(read_sample("chest-child-normal-2"), card.config.reading)
    found = move(model, reading, "medium", seed=5)
    assert model.training  # as it was found
    model.eval()

    def alone(grid):
        with torch.no_grad():
            return model(torch.from_numpy(sequences.lines(grid, reading.config))[None])[0].softmax(-1).numpy()

    np.testing.assert_allclose(found.before, alone(reading.grid), atol=1e-5)
    for name, row in zip(found.names, found.after, strict=True):
        np.testing.assert_allclose(row, alone(perturb(reading.grid, name, "medium", seed=5)), atol=1e-5)
    turned = [
        name
        for name, row in zip(found.names, found.after, strict=True)
        if row.argmax() != found.before.argmax()
    ]
    assert list(found.flips) == turned
    by = {name: row[1] - found.before[1] for name, row in zip(found.names, found.after, strict=True)}
    name, amount = found.largest(1)
    assert abs(amount) == max(map(abs, by.values())) and amount == by[name]
