"""Figures of one model on its test split: what is drawn is what was counted, and can be read in both themes."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from medrnn import plots
from medrnn.evaluation.calibration import reliability
from medrnn.evaluation.confusion import matrix
from medrnn.evaluation.thresholds import rates_at
from medrnn.plots.layout import INK, PAGE
from tests.evaluation.test_figures import made


def luminance(colour):
    """WCAG 2.2's relative luminance of "#RRGGBB"."""
    values = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]
    return np.dot([0.2126, 0.7152, 0.0722], linear)


def contrast(one, other):
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_numbers_in_cells_can_be_read_on_every_colour_of_their_scale(dark):
    mode = "dark" if dark else "light"
    figure = plots.confusion_matrix(np.array([[90, 10], [3, 40]]), ("a", "b"), dark=dark)
    maps = [trace for trace in figure.data if trace.type == "heatmap"]
    assert len(maps) == 2
    for one in maps:
        assert one.textfont.color == INK[mode] and one.colorscale[0][1] == PAGE[mode]
        for _, colour in one.colorscale:
            assert contrast(colour, INK[mode]) >= 4.5


def test_every_cell_can_be_clicked_and_says_its_count(rng):
    p, y = made(rng, classes=3, digits=2)
    counts = matrix(y, p.argmax(1), 3)
    figure = plots.confusion_matrix(counts, ("a", "b", "c"), chosen=(0, 2))
    (cells,) = [trace for trace in figure.data if trace.type == "scatter"]
    assert len(cells.customdata) == 9 and isinstance(cells.customdata, tuple)
    for (label, answer), words in zip(cells.customdata, cells.text, strict=True):
        end = f"{counts[label, answer]} of {counts[label].sum()}"
        assert words == f"labelled {'abc'[label]}, answered {'abc'[answer]}: {end}"
    (edge,) = figure.layout.shapes
    assert (edge.x0, edge.y0) == (1.5, -0.5)
    assert "labelled a, answered c" in plots.figure_table(figure)


def test_a_matrix_without_a_mistake_or_with_an_empty_row_is_drawn():
    figure = plots.confusion_matrix(np.array([[5, 0], [0, 0]]), ("a", "b"))
    assert figure.data[1].zmax == 1


def test_names_of_classes_stay_text():
    figure = plots.confusion_matrix(np.eye(2, dtype=int), ("<b>x</b>", "%{x}"))
    assert figure.layout.xaxis.ticktext[0].startswith("&lt;b&gt;")


def test_the_drawn_curves_have_the_areas_and_the_point_lies_on_them(rng):
    p, y = made(rng, classes=2, digits=2)
    scores, is_class = p[:, 1], y == 1
    rates = rates_at(scores, is_class, 0.6)
    figure = plots.roc_point(scores, is_class, rates, "AUC")
    _, curve, point = figure.data
    assert np.trapezoid(curve.y, curve.x) == pytest.approx(roc_auc_score(is_class, scores))
    assert (point.x[0], point.y[0]) == pytest.approx((1 - rates.specificity.value, rates.sensitivity.value))
    low, high = rates.specificity.interval
    assert point.x[0] + point.error_x.array[0] == pytest.approx(1 - low)
    assert point.x[0] - point.error_x.arrayminus[0] == pytest.approx(1 - high)
    _, curve, point = plots.precision_recall_point(scores, is_class, rates, "AP").data
    steps = -np.diff(curve.x) * curve.y[:-1]  # flat to the left, then up or down
    assert curve.line.shape == "hv" and steps.sum() == pytest.approx(
        average_precision_score(is_class, scores)
    )
    assert (point.x[0], point.y[0]) == pytest.approx((rates.sensitivity.value, rates.ppv.value))


def test_where_nothing_is_called_there_is_no_precision_and_no_point(rng):
    p, y = made(rng, classes=2)
    rates = rates_at(p[:, 1], y == 1, 1.0)
    assert len(plots.precision_recall_point(p[:, 1], y == 1, rates, "").data) == 2
    assert plots.roc_point(p[:, 1], y == 1, rates, "").data[2].y[0] == 0


@pytest.mark.parametrize("dark", [False, True])
def test_two_series_of_a_reliability_diagram_differ_in_more_than_colour(rng, dark):
    said = rng.random(300)
    bins = reliability(said, said > 0.5)
    figure = plots.reliability_diagram([("before", bins), ("after <b>", bins)], dark=dark)
    _, before, after = figure.data
    assert before.marker.symbol != after.marker.symbol and before.line.dash != after.line.dash
    assert list(before.x) == [one.said for one in bins] and list(before.y) == [one.came for one in bins]
    assert after.name == "after &lt;b&gt;"
