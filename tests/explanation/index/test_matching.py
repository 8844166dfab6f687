"""Select and match: planted spans, and every score counted out one by one."""

import numpy as np
import pytest
from scipy.spatial.distance import cosine

from medrnn.errors import ConfigError, ReadingError
from medrnn.explanation.index.matching import match, select
from tests.explanation.index.made_index import make_index, make_trace


def planted(rng, count=40, steps=12, width=10):
    """Quiet states, and an opened image whose units 2, 5 and 7 speak in steps 4 to 6 only."""
    states = rng.uniform(-0.2, 0.2, (count, steps, width))
    opened = rng.uniform(-0.2, 0.2, (steps, width))
    for values, at in ((opened, 4), (states[11], 8), (states[30], 1), (states[3], 4)):
        values[at : at + 3, [2, 7]] = 0.8
        values[at : at + 3, 5] = -0.8
    states[3, 7, [2, 5]] = 0.8, -0.8  # goes on one step longer with two of three
    states[20, 2:5, [2, 7]] = 0.8  # without unit 5
    states[21, 2:5, [2, 5, 7]] = 0.8  # unit 5 with the other sign
    return states, opened


def by_hand(states, chosen):
    """(score, inside, outside) at each place of each image, unit by unit in plain Python."""
    length, table = chosen.stop - chosen.start, {}

    def is_on(k, t, j):
        return float(states[k, t, chosen.units[j]]) * int(chosen.signs[j]) >= np.float16(chosen.threshold)

    for k in range(len(states)):
        for s in range(states.shape[1] - length + 1):
            inside = outside = 0
            for j in range(len(chosen.units)):
                inside += all(is_on(k, t, j) for t in range(s, s + length))
                before = s > 0 and chosen.off_before[j] and is_on(k, s - 1, j)
                after = s + length < states.shape[1] and chosen.off_after[j] and is_on(k, s + length, j)
                outside += before or after
            table[k, s] = ((inside - outside) / len(chosen.units), inside, outside)
    return table


def test_the_units_that_speak_in_the_span_are_selected(rng):
    _, opened = planted(rng)
    found = select(make_trace(opened), 0, "forward", 4, 7, threshold=0.5)
    assert found.units.tolist() == [2, 5, 7] and found.signs.tolist() == [1, -1, 1]
    assert found.off_before.all() and found.off_after.all()
    np.testing.assert_allclose(found.values, opened[4:7, [2, 5, 7]], atol=1e-3)


def test_a_unit_that_goes_on_is_left_out_only_where_the_selection_is_bounded(rng):
    _, opened = planted(rng)
    opened[7, 2] = opened[3, 7] = 0.8
    loose = select(make_trace(opened), 0, "forward", 4, 7, threshold=0.5)
    assert loose.units.tolist() == [2, 5, 7]
    assert loose.off_after.tolist() == [False, True, True]
    assert loose.off_before.tolist() == [True, True, False]
    bounded = select(make_trace(opened), 0, "forward", 4, 7, threshold=0.5, is_bounded=True)
    assert bounded.units.tolist() == [5]


def test_a_span_at_either_end_of_the_image_has_no_outside_there(rng):
    _, opened = planted(rng)
    opened[:3, 1] = opened[9:, 8] = 0.8
    first = select(make_trace(opened), 0, "forward", 0, 3, threshold=0.5, is_bounded=True)
    last = select(make_trace(opened), 0, "forward", 9, 12, threshold=0.5, is_bounded=True)
    assert first.units.tolist() == [1] and not first.off_before.any() and first.off_after.all()
    assert last.units.tolist() == [8] and not last.off_after.any() and last.off_before.all()


def test_planted_spans_are_found_first_wherever_they_lie(rng):
    states, opened = planted(rng)
    chosen = select(make_trace(opened), 0, "forward", 4, 7, threshold=0.5)
    found = match(make_index(states), chosen)
    assert [(m.image, m.start, m.stop) for m in found[:2]] == [(30, 1, 4), (11, 8, 11)]  # 3 steps away, 4
    assert [(m.score, m.inside, m.outside) for m in found[:2]] == [(1, 3, 0), (1, 3, 0)]
    assert {m.image for m in found[2:4]} == {20, 21}  # two of three units
    third = {m.image: m for m in found}[3]
    assert (third.inside, third.outside, third.score) == (3, 2, pytest.approx(1 / 3))


def test_the_cosine_finds_them_too(rng):
    states, opened = planted(rng)
    chosen = select(make_trace(opened), 0, "forward", 4, 7, threshold=0.5)
    found = match(make_index(states), chosen, by="cosine", count=3)
    assert {(m.image, m.start) for m in found} == {(3, 4), (11, 8), (30, 1)}
    assert all(m.score > 0.999 for m in found)


@pytest.mark.parametrize(("start", "stop"), [(0, 1), (4, 7), (9, 12), (0, 12), (3, 11)])
def test_every_score_agrees_with_counting_and_with_scipy(rng, start, stop):
    """Correlated states, so that scores of every kind occur."""
    states = np.clip(np.cumsum(rng.normal(0, 0.4, (30, 12, 6)), 1), -1, 1).astype(np.float16)
    chosen = select(make_trace(states[4]), 0, "forward", start, stop, threshold=0.25, units=(0, 1, 3, 5))
    table = by_hand(states, chosen)
    found = match(make_index(states), chosen, count=30)
    assert sorted(m.image for m in found) == list(range(30))
    for m in found:
        assert (m.score, m.inside, m.outside) == table[m.image, m.start]
        assert m.score == max(score for (k, _), (score, _, _) in table.items() if k == m.image)
    assert [m.score for m in found] == sorted((m.score for m in found), reverse=True)
    length, wanted = stop - start, states[4, start:stop][:, [0, 1, 3, 5]].astype(float).ravel()
    for m in match(make_index(states), chosen, by="cosine", count=30):
        spans = [states[m.image, s : s + length][:, [0, 1, 3, 5]].astype(float) for s in range(13 - length)]
        near = [1 - cosine(wanted, span.ravel()) if span.any() else 0 for span in spans]
        assert m.score == pytest.approx(max(near), abs=1e-5) == pytest.approx(near[m.start], abs=1e-5)


def test_the_opened_image_is_its_own_best_match(rng):
    states = np.tanh(np.cumsum(rng.normal(0, 0.4, (50, 12, 20)), 1))
    for by in ("active", "cosine"):
        chosen = select(make_trace(states[17]), 0, "forward", 5, 9, threshold=0.3)
        best = match(make_index(states), chosen, by=by)[0]
        assert (best.image, best.start, best.score) == (17, 5, pytest.approx(1))


def test_among_equals_the_nearest_span_is_taken():
    states = np.zeros((3, 12, 1))
    states[0, [0, 9]] = states[1, [2, 8]] = states[2, [5]] = 0.9
    chosen = select(make_trace(states[2]), 0, "forward", 5, 6)
    found = match(make_index(states), chosen)
    assert [(m.image, m.start) for m in found] == [(2, 5), (1, 2), (0, 9)]


def test_among_images_with_the_same_score_the_likest_states_come_first():
    states = np.zeros((4, 6, 2))
    states[:, 2:4] = np.array([(0.9, 0.4), (0.5, 0.9), (0.5, 0.5), (0.6, 0.5)])[:, None]
    found = match(make_index(states), select(make_trace(states[2]), 0, "forward", 2, 4))
    assert [m.score for m in found] == [1] * 4
    assert [m.image for m in found] == [2, 3, 1, 0]


def test_a_silent_image_has_no_cosine():
    states = np.zeros((2, 4, 2))
    states[1] = 0.9
    found = match(make_index(states), select(make_trace(states[1]), 0, "forward", 1, 3), by="cosine")
    assert [(m.image, m.score) for m in found] == [(1, pytest.approx(1)), (0, 0)]


def test_the_backward_states_are_searched_for_a_backward_selection(rng):
    states, opened = planted(rng)
    both = np.concatenate([np.zeros_like(states), states], -1)
    chosen = select(make_trace(opened, "backward"), 0, "backward", 4, 7, threshold=0.5)
    found = match(make_index(both, directions=("forward", "backward")), chosen)
    assert (found[0].image, found[0].start) == (30, 1)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"start": 5, "stop": 5}, "span: expected steps within 0 to 12, .* got 5 to 5"),
        ({"start": -1}, "span: .* got -1 to 7"),
        ({"stop": 13}, "span: .* got 4 to 13"),
        ({"threshold": 0}, "threshold: expected a number above 0"),
        ({"threshold": float("nan")}, "threshold: expected a number above 0"),
        ({"threshold": 0.95}, "got none. Lower the threshold"),
        ({"units": ()}, "got none"),
        ({"units": (3, 10)}, r"below 10, got \[3, 10\]"),
        ({"units": (-1,)}, r"got \[-1\]"),
        ({"layer": 1}, "got layer 1, 'forward'"),
    ],
)
def test_a_selection_that_cannot_be_is_refused(rng, words, message):
    _, opened = planted(rng)
    asked = {"layer": 0, "direction": "forward", "start": 4, "stop": 7} | words
    with pytest.raises(ConfigError, match=message):
        select(make_trace(opened), **asked)


def test_a_trace_of_another_network_or_reading_is_refused(rng):
    states, opened = planted(rng)
    chosen = select(make_trace(opened), 0, "forward", 4, 7, threshold=0.5)
    for other in (states[:, :9], states[:, :, :9]):
        with pytest.raises(ReadingError, match="Expected a trace of .* got 12 and 10"):
            match(make_index(other), chosen)
    with pytest.raises(ConfigError, match="measure: expected one of active, cosine, got 'dtw'"):
        match(make_index(states), chosen, by="dtw")
