"""Curves of runs: a loss that is no number leaves a gap, and nothing else."""

import pytest

from medrnn.plots import run_curves
from medrnn.plots.curves import smooth


def test_smoothing_passes_over_a_gap():
    assert smooth([1.0, None, 1.0], 0.5) == [1.0, None, 1.0]
    assert smooth([0.0, None, 1.0], 0.5) == [0.0, None, pytest.approx(2 / 3)]
    assert smooth([1.0, 2.0], 0) == [1.0, 2.0]


def test_a_loss_that_is_no_number_is_drawn_as_a_gap():
    steps = [
        {"kind": "step", "step": k, "loss": loss, "accuracy": 0.5} for k, loss in enumerate((1.0, None, 2.0))
    ]
    figure = run_curves({"mine": steps}, smoothing=0.5)
    assert list(figure.data[0].y)[1] is None and len(figure.data[0].y) == 3
