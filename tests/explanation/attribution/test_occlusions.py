"""What the score loses without a part, against loops that take one part away at a time, and against Captum."""

import numpy as np
import pytest
import torch

from medrnn.config import CELLS
from medrnn.explanation.attribution import occlusion, replaced
from medrnn.explanation.attribution.explain import explain
from medrnn.explanation.attribution.method import Asked
from medrnn.explanation.attribution.pictures import line_numbers, segment, segment_steps, to_picture, to_steps
from medrnn.sequences import lines, place
from tests.explanation.networks import KINDS, ROWS, build

EVERY = pytest.mark.parametrize("kind", KINDS)


def pixels(values, reading):
    """One value a pixel of values alike in all its planes."""
    values = place(values, reading)
    return values[..., 0] if reading.is_colour else values


def without(model, x, base, part):
    """The fall of class 1 without the values where ``part`` (step, feature) is true."""
    with torch.no_grad():
        scores = model(torch.stack([x, torch.where(part, base, x)]))[:, 1]
    return float(scores[0] - scores[1])


@EVERY
def test_each_line_across_the_steps(kind):
    model, x = build(kind)
    reading, base = model.reading, 0.3 + torch.zeros_like(x)
    is_by_column = reading.order == "columns"
    expected = np.zeros(reading.size)
    for k in range(reading.size[0 if is_by_column else 1]):
        where = torch.zeros(reading.size, dtype=torch.bool)
        where[(k,) if is_by_column else (slice(None), k)] = True
        part = lines(where[..., None].expand(*reading.size, 3) if reading.is_colour else where, reading)
        expected[where] = without(model, x, base, part)
    found = explain(model, x, method="column-occlusion", target=1, baseline=base, reading=reading)
    np.testing.assert_allclose(found.values, expected, atol=1e-6)


@EVERY
def test_each_square(kind):
    """Squares of 2 pixels by 1, over the 8 x 12 pixels; a pixel has the mean of the squares that hold it."""
    model, x = build(kind)
    reading, base = model.reading, torch.zeros_like(x)
    assert occlusion.window_of(*reading.size) == (2, 1) and occlusion.windows(*reading.size) == 7 * 11
    total, count = np.zeros(reading.size), np.zeros(reading.size)
    for row in range(7):
        for column in range(11):
            where = torch.zeros(reading.size, dtype=torch.bool)
            where[row : row + 2, column : column + 2] = True
            part = lines(where[..., None].expand(*reading.size, 3) if reading.is_colour else where, reading)
            total[where] += without(model, x, base, part)
            count[where] += 1
    found = explain(model, x, method="patch-occlusion", target=1, reading=reading)
    np.testing.assert_allclose(found.values, total / count, atol=1e-6)


@EVERY
def test_each_superpixel(kind):
    model, x = build(kind)
    numbers = segment_steps(x[None], model.reading)[0]
    values = torch.zeros_like(x)
    for number in numbers.unique():
        values[numbers == number] = without(model, x, torch.zeros_like(x), numbers == number)
    found = explain(model, x, method="feature-ablation", target=1, reading=model.reading)
    np.testing.assert_allclose(found.values, pixels(values, model.reading), atol=1e-6)


@EVERY
def test_resampled_steps_come_from_other_images_at_the_same_place(kind):
    model, x = build(kind)
    others = torch.rand(3, *x.shape, dtype=x.dtype)
    generator = torch.Generator().manual_seed(5)
    drawn = torch.randint(3, (occlusion.DRAWS, len(x)), generator=generator)
    values = torch.zeros_like(x)
    for t in range(len(x)):
        part = torch.zeros_like(x, dtype=torch.bool)
        part[t] = True
        values[t] = np.mean([without(model, x, others[k], part) for k in drawn[:, t]])
    found = explain(
        model, x, method="resampled-occlusion", target=1, others=others, seed=5, reading=model.reading
    )
    np.testing.assert_allclose(found.values, pixels(values, model.reading), atol=1e-6)
    assert (found.seed, found.samples, found.others, found.baseline) == (5, occlusion.DRAWS, 3, "")


SHARING = [
    (cell, kind, readout)
    for cell in CELLS
    for kind in ("stack", "stack-linear", "stack-steps")
    for readout in ("last", "mean+max", "attention")
]


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize(("cell", "kind", "readout"), SHARING)
def test_shared_states_give_what_whole_runs_give(cell, kind, readout, layers, monkeypatch):
    """Blocks of 3 inputs, so that there are several; every run once, in float64 by hand, and by Captum."""
    from captum.attr import FeatureAblation

    monkeypatch.setattr(replaced, "BLOCK", 3)
    model, x = build(kind, cell, layers=layers, readout=readout)
    base = torch.rand_like(x)
    asked = Asked(model, x[None], base[None], 1, model.reading)
    assert replaced.shares_states(asked) == (model, len(x))
    found = explain(model, x, method="row-occlusion", target=1, baseline=base, reading=model.reading)
    values = torch.zeros_like(x)
    for t in range(len(x)):
        part = torch.zeros_like(x, dtype=torch.bool)
        part[t] = True
        values[t] = without(model, x, base, part)
    np.testing.assert_allclose(found.values, pixels(values, model.reading), atol=1e-6)
    mask = torch.arange(len(x))[None, :, None].expand(1, *x.shape)
    with torch.no_grad():
        captum = FeatureAblation(model).attribute(x[None], base[None], target=1, feature_mask=mask)[0]
    np.testing.assert_allclose(found.values, pixels(captum, model.reading), atol=1e-6)


def test_states_are_shared_only_where_nothing_before_changes():
    for kind in KINDS:
        model, x = build(kind)
        asked = Asked(model, x[None], x[None], 0)
        shares = kind in ("stack", "stack-linear", "stack-steps")
        assert (replaced.shares_states(asked) is not None) is shares, kind
    model, x = build("stack", both=True)
    assert replaced.shares_states(Asked(model, x[None], x[None], 0)) is None
    model, x = build("stack")
    handle = model.rnn.register_forward_hook(lambda part, args, result: (0.5 * result[0], result[1]))
    asked = Asked(model, x[None], torch.zeros_like(x)[None], 1)
    assert replaced.shares_states(asked) is None
    heard = explain(model, x, method="row-occlusion", target=1).values
    part = torch.zeros_like(x, dtype=torch.bool)
    part[3] = True
    assert heard[3, 0] == pytest.approx(without(model, x, torch.zeros_like(x), part), abs=1e-6)
    handle.remove()
    assert abs(explain(model, x, method="row-occlusion", target=1).values - heard).max() > 1e-4


def test_a_picture_and_its_steps_are_the_same():
    for kind in KINDS:
        model, x = build(kind)
        picture = to_picture(x[None], model.reading)
        assert picture.shape == (1, 8, 12, model.reading.planes)
        torch.testing.assert_close(to_steps(picture, model.reading)[0], x)
    bare = torch.rand(1, 6, 5)
    torch.testing.assert_close(to_steps(to_picture(bare, None), None), bare)
    assert line_numbers(bare, None)[0].tolist() == [[0, 1, 2, 3, 4]] * 6


def test_superpixels_lie_together_and_keep_to_edges():
    """A bright disc on black: no superpixel holds both, and none reaches over more than half of the image."""
    rows, columns = np.mgrid[:28, :28]
    disc = ((rows - 12) ** 2 + (columns - 15) ** 2 < 60).astype(float)
    numbers = segment(disc[..., None])
    assert set(np.unique(numbers)) == set(range(numbers.max() + 1)) and 40 <= numbers.max() + 1 <= 49
    for number in range(numbers.max() + 1):
        where = numbers == number
        assert disc[where].std() == 0
        assert np.ptp(rows[where]) < 14 and np.ptp(columns[where]) < 14
    flat = segment(np.zeros((28, 28, 1)))
    assert (flat == flat[0, 0]).sum() == 16 and flat.max() == 48  # squares of 4 x 4
    assert segment(np.zeros((*ROWS.size, 1))).max() + 1 == 24
