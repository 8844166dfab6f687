"""Saturation, half-lives, weights, spectrum and fixed points: the figures say what the numbers are."""

import numpy as np
import pytest

from medrnn.config import DISCLAIMER
from medrnn.plots import theme
from medrnn.plots.retention import half_lives, saturation_scatter
from medrnn.plots.table import figure_table
from medrnn.plots.weights import fixed_points, spectrum, weight_norms


def named(figure):
    return {trace.name: trace for trace in figure.data}


@pytest.mark.parametrize("dark", [False, True])
def test_a_gate_has_its_own_colour_and_a_point_a_unit(dark):
    closed, opened = np.array([0, 0.2, 1]), np.array([1, 0.3, 0])
    figure = saturation_scatter({"f": (closed, opened), "o": (opened, closed)}, dark=dark)
    points = named(figure)["f, forget gate"]
    np.testing.assert_array_equal(points.x, closed)
    np.testing.assert_array_equal(points.y, opened)
    assert points.marker.color == theme.GATES["dark" if dark else "light"]["f"]
    assert any(note.text == DISCLAIMER for note in figure.layout.annotations)


def test_half_lives_stand_in_steps_and_on_the_right_in_mm():
    figure = half_lives(np.array([2.0, np.inf, 0.5]), 28, 3.0)
    dots = named(figure)["half-life"]
    assert list(dots.y[1:]) == [2.0, 0.5]
    assert dots.text[0] == "unit 1: never forgets, never forgets"
    assert dots.text[1] == "unit 0: 2 steps, 6 mm"
    low, high = figure.layout.yaxis.range
    assert low < np.log10(0.5) and high > np.log10(28)
    np.testing.assert_allclose(figure.layout.yaxis2.range, np.array([low, high]) + np.log10(3))
    assert list(named(figure)["whole reading"].y) == [28, 28]


def test_without_a_scale_there_is_no_axis_in_mm():
    figure = half_lives(np.array([2.0, 0.0]), 28)
    assert "yaxis2" not in figure.layout
    assert named(figure)["half-life"].text[1] == "unit 1: 0 steps"


def test_the_norms_of_a_gate_are_its_bars():
    figure = weight_norms({"r": (1.0, 2.0, 0.5), "z": (3.0, 1.0, 0.1)})
    assert list(named(figure)["z"].y) == [3.0, 1.0, 0.1]
    assert list(named(figure)["z"].x) == ["input weights", "recurrent weights", "bias"]


def test_eigenvalues_lie_in_the_complex_plane_round_the_unit_circle():
    values = np.array([0.5 + 0.5j, 0.5 - 0.5j, -1])
    figure = spectrum({"n": values, "fixed point 2": values[:1]})
    circle = named(figure)["unit circle"]
    np.testing.assert_allclose(np.hypot(circle.x, circle.y), 1)
    np.testing.assert_array_equal(named(figure)["n"].x, values.real)
    np.testing.assert_array_equal(named(figure)["n"].y, values.imag)
    assert named(figure)["n"].marker.color == theme.GATES["light"]["n"]
    assert figure.layout.yaxis.scaleanchor == "x"


def test_stable_and_unstable_points_are_told_apart():
    path, points = np.arange(8.0).reshape(4, 2), np.array([[1.0, 1], [2, 2], [3, 3]])
    traces = named(fixed_points(path, points, [True, False, True], step=2))
    assert list(traces["stable fixed point"].x) == [1, 3]
    unstable = traces["unstable fixed point"]
    assert list(unstable.text) == [2] and "%{text}" in unstable.hovertemplate
    assert (traces["step 3"].x[0], traces["step 3"].y[0]) == (4, 5)


def test_the_numbers_of_such_a_figure_can_be_taken_home():
    table = figure_table(half_lives(np.array([2.0, 0.5]), 28)).splitlines()
    assert "half-life,2,0.5,,unit 1: 0.5 steps" in table and DISCLAIMER in table[0]
    mm = figure_table(half_lives(np.array([2.0, np.inf]), 28, 3.0))
    assert "unit 1: never forgets" in mm and "\nmm," not in mm
