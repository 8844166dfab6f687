"""Figures of a comparison on a data set."""

import numpy as np
import pytest

from medrnn import plots
from medrnn.compare.figures import compare
from medrnn.plots.theme import RUNS
from tests.compare.test_sets import made_compared


@pytest.fixture(scope="module")
def found():
    return compare(made_compared(), rounds=30, specificity=0.8)


def test_the_area_under_each_drawn_curve_is_the_auc(found):
    figure = plots.roc_curves(found)
    curves = {trace.name: trace for trace in figure.data if trace.name != "chance"}
    for one, told in zip(found.compared.models, found.measured, strict=True):
        curve = curves[one.model]
        assert np.trapezoid(curve.y, curve.x) == pytest.approx(told.values["auc"])
    (line,) = [shape for shape in figure.layout.shapes if shape.line.dash == "dot"]
    assert line.x0 == pytest.approx(0.2)


@pytest.mark.parametrize(("against", "values"), [("parameters", [1000, 2000, 3000]), ("ms", [1.0, 2.0, 3.0])])
def test_accuracy_stands_over_what_it_costs_with_its_interval(found, against, values):
    figure = plots.accuracy_costs(found, against)
    assert [trace.x[0] for trace in figure.data] == values
    for trace, told in zip(figure.data, found.measured, strict=True):
        low, high = told.intervals["accuracy"]
        assert trace.y[0] == pytest.approx(100 * told.values["accuracy"])
        assert trace.y[0] + trace.error_y.array[0] == pytest.approx(100 * high)
        assert trace.y[0] - trace.error_y.arrayminus[0] == pytest.approx(100 * low)


@pytest.mark.parametrize("dark", [False, True])
def test_models_differ_in_more_than_colour(found, dark):
    curves = [trace for trace in plots.roc_curves(found, dark=dark).data if trace.name != "chance"]
    assert len({trace.line.dash for trace in curves}) == 3
    assert {trace.line.color for trace in curves} <= set(RUNS["dark" if dark else "light"])
    assert len({trace.marker.symbol for trace in plots.accuracy_costs(found, "ms", dark=dark).data}) == 3
