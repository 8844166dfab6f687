"""What the tracks tell the browser, and what they refuse."""

import csv
import io
import re

import numpy as np
import pytest

from medrnn.config import DISCLAIMER
from medrnn.errors import ConfigError
from medrnn.plots import theme
from medrnn.ui.components.tracks.rows import Bars, Heat, Lines, Marks, describe, span_of
from medrnn.ui.components.tracks.table import rows_table

RAMP = np.linspace(0.1, 0.9, 6, dtype=np.float32)


def test_every_row_comes_with_its_values_and_limits():
    cells = np.array([[1.0, -3.0], [2.0, np.nan]] * 3, np.float32)
    rows = [
        Heat(cells, "C", part="layer 2", labels=[4, 0]),
        Heat(cells[:, :1], "f"),
        Lines("p", {"a": RAMP, "b": 1 - RAMP}, limits=(0, 1), threshold=0.5),
        Bars("share", -RAMP),
        Marks("settled", [(3, "here")]),
    ]
    told, arrays = describe(rows, 6)
    assert [row["kind"] for row in told] == ["heat", "heat", "lines", "bars", "marks"]
    assert [row["array"] for row in told] == ["row0", "row1", "row2", "row3", None]
    assert (told[0]["limit"], told[0]["signed"], told[0]["labels"]) == (3.0, True, [4, 0])
    assert (told[1]["limit"], told[1]["signed"]) == (1.0, False)
    assert told[0]["meaning"] == f"layer 2, {theme.MEANINGS['C']}"
    np.testing.assert_array_equal(arrays["row2"], [RAMP, 1 - RAMP])
    assert arrays["row0"].dtype == np.float32
    assert told[3]["high"] == 0 and told[3]["low"] == pytest.approx(-0.9)
    assert told[4]["marks"] == [[3, "here"]]


@pytest.mark.parametrize(
    "values, limits, is_log, expected",
    [
        ([1, 5, np.inf], None, False, (1, 5)),
        ([0, 1e-3, 10], None, True, (1e-3, 10)),
        ([2, 2], None, False, (1, 3)),
        ([2, 2], None, True, (1, 4)),
        ([], None, False, (0, 1)),
        ([np.nan], None, True, (0.1, 1)),
        ([5], (0, 2), False, (0, 2)),
    ],
)
def test_an_axis_is_never_empty(values, limits, is_log, expected):
    assert span_of([np.array(values, float)], limits, is_log=is_log) == pytest.approx(expected)


@pytest.mark.parametrize(
    "row, words",
    [
        (Heat(np.zeros((5, 2)), "h"), "(6, unit)"),
        (Heat(np.zeros((6, 2)), "q"), "symbol"),
        (Heat(np.zeros((6, 2)), "h", labels=[1]), "2 units, got 1"),
        (Heat(np.zeros((6, 2)), "h", groups=[("a", 1)]), "2 units in all, got 1"),
        (Lines("p", {}), "at least one curve"),
        (Lines("p", {"a": RAMP[:3]}), "(6,)"),
        (Lines("p", {"a": RAMP}, limits=(1, 0)), "low < high"),
        (Lines("p", {"a": RAMP}, limits=(0, 1), is_log=True), "above 0"),
        (Bars("b", np.zeros((6, 1))), "(6,)"),
        (Marks("m", [(6, "late")]), "steps from 0 to 5"),
    ],
)
def test_a_row_that_does_not_fit_is_refused(row, words):
    with pytest.raises(ConfigError, match=re.escape(words)):
        describe([row], 6)


def test_the_table_holds_every_value_under_its_true_unit():
    states = np.arange(12, dtype=np.float32).reshape(6, 2)
    rows = [
        Heat(states, "h", part="layer 1", labels=[7, 3]),
        Lines("p", {"a": RAMP}),
        Bars("share", RAMP),
        Marks("settled", [(2, "here, then")]),
    ]
    first, *rest = rows_table(rows).splitlines()
    assert DISCLAIMER in first and first.startswith("#")
    read = list(csv.DictReader(io.StringIO("\n".join(rest))))
    own = {(row["series"], row["step"]): row["value"] for row in read}
    assert float(own["layer 1, h, unit 7", "1"]) == 0 and float(own["layer 1, h, unit 3", "6"]) == 11
    assert float(own["p, a", "6"]) == pytest.approx(0.9)
    assert own["settled", "3"] == "here, then"
    assert len(read) == 12 + 6 + 6 + 1


def test_units_said_of_a_row_without_units_are_nobody_s(monkeypatch):
    """A browser can say anything: only a heat map has units."""
    from types import SimpleNamespace

    from medrnn.ui.lab import selected

    state = SimpleNamespace(step=None, span=None, units=(), units_of="")
    monkeypatch.setattr(selected, "session", lambda: state)
    chosen = selected.tracks.Chosen(step=1, span=(0, 2), units=(3,), row=0)
    monkeypatch.setattr(selected.tracks, "show", lambda *rows, **look: chosen)
    scene = SimpleNamespace(places=[], steps=4, link="", line="row", span=None, inference=None)
    selected.show(scene, [Lines("p", {"p": np.zeros(4)})], name="answer", title="")
    assert (state.span, state.units, state.units_of) == ((0, 2), (3,), "")
