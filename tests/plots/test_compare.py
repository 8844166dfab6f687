"""Figures of the comparison of images: what they hold, in both themes, with names that are not ours."""

import numpy as np
import pytest

from medrnn.config import DISCLAIMER
from medrnn.plots import agreement_matrix, difference_maps, movements
from medrnn.plots.layout import INK, PAGE
from medrnn.plots.table import figure_table

TITLES = ["one", "<b>two</b> {x}", "a name that is far too long for the room under a column"]


def contrast(one, other):
    """WCAG 2.1, 1.4.3, written out."""

    def light(colour):
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def said(figure):
    return [words.text for words in figure.layout.annotations]


@pytest.mark.parametrize("dark", [False, True])
def test_an_agreement_has_its_numbers_and_says_where_there_is_none(dark):
    rank = np.array([[1, 0.25, np.nan], [0.25, 1, -0.5], [np.nan, -0.5, 1]])
    figure = agreement_matrix(rank, TITLES, dark=dark)
    (heat,) = figure.data
    assert [list(row) for row in heat.text] == [
        ["1.00", "0.25", "none"],
        ["0.25", "1.00", "-0.50"],
        ["none", "-0.50", "1.00"],
    ]
    assert (heat.zmin, heat.zmax) == (-1, 1)
    assert DISCLAIMER in said(figure)
    assert "<b>" not in "".join(heat.y) and all(len(label) < 40 for label in heat.y)


@pytest.mark.parametrize("dark", [False, True])
def test_numbers_can_be_read_on_every_colour_of_their_cells(dark):
    mode = "dark" if dark else "light"
    heat = agreement_matrix(np.eye(2), TITLES[:2], dark=dark).data[0]
    assert heat.textfont.color == INK[mode]
    assert all(contrast(colour, INK[mode]) >= 4.5 for _, colour in heat.colorscale)
    assert contrast(PAGE[mode], INK[mode]) >= 4.5


def test_differences_share_one_signed_scale_of_shares():
    differences = np.array([[[0.1, -0.3]], [[0.0, 0.2]]])
    figure = difference_maps(differences)
    assert [(heat.zmin, heat.zmax) for heat in figure.data] == [(-30, 30)] * 2
    np.testing.assert_allclose(figure.data[1].z, [[0, 20]])
    assert said(figure)[:2] == ["2 − 1", "3 − 1"]
    assert sum(heat.showscale for heat in figure.data) == 1
    empty = difference_maps(np.zeros((1, 2, 2)))
    assert empty.data[0].zmax > 0  # two maps that are the same


def test_movements_mark_answers_that_turn_and_keep_a_scale_that_is_never_narrow():
    moved, flips = np.array([[0.4, -3.0], [-55.0, 1.0]]), np.array([[False, False], [True, False]])
    figure = movements(moved, flips, ["shifted left", "noise"], TITLES[:2])
    (heat,) = figure.data
    assert heat.text[1][0] == "<b>-55.0 turns</b>" and list(heat.text[0]) == ["+0.4", "-3.0"]
    assert (heat.zmin, heat.zmax) == (-55, 55)
    assert movements(moved[:1], flips[:1], ["shifted left"], TITLES[:2]).data[0].zmax == 10
    rows = figure_table(figure).splitlines()
    assert any(line.endswith("-55.0,") for line in rows)
