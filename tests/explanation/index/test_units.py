"""A unit over a data set: planted peaks, planted inputs, and SciPy's correlations."""

import numpy as np
import pytest
from scipy.stats import pearsonr

from medrnn.errors import ConfigError
from medrnn.explanation.index.units import correlate, describe_unit, find_places
from tests.explanation.index.made_index import make_index


@pytest.fixture
def grids(rng):
    return rng.integers(0, 256, (30, 8, 4), np.uint8)


def test_the_strongest_places_are_found_one_an_image_on_both_sides(rng):
    states = rng.uniform(-0.3, 0.3, (30, 8))
    states[4, 2], states[4, 3], states[9, 7], states[20, 0] = 0.9, 0.8, 0.7, -0.6
    high, low = find_places(states, 2), find_places(states, 1, sign=-1)
    assert [(p.image, p.step, round(p.value, 3)) for p in high] == [(4, 2, 0.9), (9, 7, 0.7)]
    assert [(p.image, p.step, round(p.value, 3)) for p in low] == [(20, 0, -0.6)]
    assert len(find_places(states, 100)) == 30


def test_what_drives_a_unit_that_answers_to_a_bright_pixel_is_that_pixel(grids):
    """The unit is the intensity of feature 2 of the step before."""
    states = np.zeros((30, 8, 3))
    states[:, 1:, 1] = grids[:, :-1, 2] / 255
    found = describe_unit(make_index(states, grids=grids), 0, "forward", 1, count=5, around=1)
    top = found.highest
    before = [grids[p.image, p.step - 1] / 255 for p in top.places]
    np.testing.assert_allclose(top.lines[0], np.mean(before, 0), rtol=1e-6)
    assert top.offsets.tolist() == [-1, 0, 1]
    assert top.lines[0, 2] > 0.95 and (top.lines - top.usual)[0].argmax() == 2
    np.testing.assert_allclose(top.grid, grids[[p.image for p in top.places]].mean(0) / 255, rtol=1e-6)
    usual = [grids[:, p.step - 1].mean(0) / 255 for p in top.places]
    np.testing.assert_allclose(top.usual[0], np.mean(usual, 0), rtol=1e-6)


def test_steps_outside_the_image_are_left_out(grids):
    states = np.zeros((30, 8, 1))
    states[3, 0], states[5, 1] = 0.9, 0.8
    found = describe_unit(make_index(states, grids=grids), 0, "forward", 0, count=2, around=2).highest
    assert np.isnan(found.lines[0]).all() and np.isnan(found.usual[0]).all()
    np.testing.assert_allclose(found.lines[1], grids[5, 0] / 255, rtol=1e-6)  # the other has no step before
    np.testing.assert_allclose(found.lines[2], (grids[3, 0] / 255 + grids[5, 1] / 255) / 2, rtol=1e-6)


def test_the_histogram_counts_every_state_once(rng):
    states = rng.uniform(-1, 1, (30, 8, 2))
    states[0, 0, 0], states[0, 1, 0] = -1, 1
    found = describe_unit(make_index(states), 0, "forward", 0)
    assert found.counts.sum(1).tolist() == [30] * 8
    assert found.counts[0, 0] >= 1 and found.counts[1, -1] >= 1
    kept = states[:, 3, 0].astype(np.float16)
    inside = (kept >= found.edges[20]) & (kept < found.edges[21])
    assert found.counts[3, 20] == inside.sum()
    np.testing.assert_allclose(found.mean, states[:, :, 0].mean(0), atol=1e-3)


def test_correlations_are_scipys(rng, grids):
    labels = np.arange(30) % 3
    states = rng.uniform(-0.5, 0.5, (30, 8, 1))
    states[labels == 2, 5] += 0.4
    index = make_index(states, grids=grids, labels=labels, classes=("a", "b", "c"))
    found = describe_unit(index, 0, "forward", 0)
    h, bright = index.part(0)[:, :, 0].astype(float), grids.mean(-1) / 255
    assert found.intensity_correlation == pytest.approx(pearsonr(h.ravel(), bright.ravel())[0])
    within = pearsonr((h - h.mean(0)).ravel(), (bright - bright.mean(0)).ravel())[0]
    assert found.intensity_correlation_within_steps == pytest.approx(within)
    for step in range(8):
        for label in range(3):
            expected = pearsonr(h[:, step], labels == label)[0]
            assert found.label_correlation[step, label] == pytest.approx(expected, abs=1e-6)
    assert np.unravel_index(found.label_correlation.argmax(), (8, 3)) == (5, 2)


def test_a_unit_that_only_counts_steps_does_not_see_brightness():
    """Brightness grows from row to row in every image, and so does the state."""
    noise = np.random.default_rng(1).integers(0, 20, (200, 8, 1))
    grids = np.broadcast_to(25 * np.arange(8)[:, None] + noise, (200, 8, 4)).astype(np.uint8)
    count = np.arange(8) / 8 + np.random.default_rng(2).normal(0, 0.02, (200, 8))
    found = describe_unit(make_index(count[:, :, None], grids=grids), 0, "forward", 0)
    assert found.intensity_correlation > 0.95
    assert abs(found.intensity_correlation_within_steps) < 0.1


def test_what_is_constant_has_no_correlation():
    assert np.isnan(correlate(np.full(5, 0.3), np.arange(5.0)))
    found = describe_unit(make_index(np.zeros((4, 3, 1))), 0, "forward", 0, around=0)
    assert np.isnan(found.intensity_correlation) and np.isnan(found.label_correlation).all()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"unit": 3}, "unit: expected 0 to 2, got 3"),
        ({"unit": -1}, "unit: expected 0 to 2"),
        ({"layer": 1}, "Expected a layer below 1"),
        ({"count": 0}, "at least 1 place .* got 0"),
        ({"around": -1}, "got 16 and -1"),
    ],
)
def test_a_unit_that_is_not_there_is_refused(words, message):
    asked = {"layer": 0, "direction": "forward", "unit": 0} | words
    with pytest.raises(ConfigError, match=message):
        describe_unit(make_index(np.zeros((4, 3, 3))), **asked)
