"""What the columns tell the browser, and what they refuse."""

import numpy as np
import pytest

from medrnn.errors import ConfigError
from medrnn.ui.components.columns.columns import Column, Nothing, Overlay, _told, limits_of, show

IMAGE = np.zeros((4, 6), np.uint8)
BOXES = np.array([[0, y, 6, 1] for y in range(4)])


def column(**more):
    known = {
        "boxes": BOXES,
        "curve": np.array([0.1, np.nan, 0.5, 0.9]),
        "memory": np.array([0.01, 0.1, 0.5, 1]),
    }
    return Column("one", "pneumonia 90.0 %", IMAGE, "pneumonia", **(known | more))


def test_a_column_comes_with_its_values_and_its_words():
    states = np.linspace(-3, 3, 8, dtype=np.float32).reshape(4, 2)
    gates = {
        "keeps": ("f", np.abs(states) / 3),
        "cell": ("C", states),
        "lets-in": Nothing("what is let in", "why"),
    }
    told, arrays = _told(column(gates=gates, spread=(0.8, 0.95), part="layer 2"), (1e-3, 1))
    assert told["curve"] == [0.1, None, 0.5, 0.9] and told["spread"] == (0.8, 0.95)
    assert told["steps"] == 4 and told["boxes"][1] == [0, 1, 6, 1]
    cells = told["cells"]
    assert (cells["keeps"]["symbol"], cells["keeps"]["signed"], cells["keeps"]["limit"]) == ("f", False, 1.0)
    assert (cells["cell"]["signed"], cells["cell"]["limit"]) == (True, 3.0)
    assert cells["lets-in"] == {"kind": "", "name": "what is let in", "none": "why"}
    np.testing.assert_array_equal(arrays["states"][cells["cell"]["place"]], states)
    assert "map" not in cells and "map" not in arrays


def test_a_network_without_steps_says_why_in_every_row():
    why = Nothing("memory", "no steps")
    told, arrays = _told(Column("cnn", "normal", IMAGE, "normal", curve=why, memory=why), (0.1, 1))
    assert told["steps"] == 0 and told["boxes"] is None
    assert [told["cells"][row]["none"] for row in ("answer", "horizon")] == ["no steps"] * 2
    assert set(arrays) == {"image"}


@pytest.mark.parametrize("is_signed, ends", [(True, ["−0.25 against", "for 0.25"]), (False, ["0", "0.25"])])
def test_a_map_has_a_scale_with_end_values(is_signed, ends):
    values = np.full((2, 2), 0.25, np.float32)
    told, arrays = _told(column(overlay=Overlay(values, 0.25, is_signed, "for and against")), (0.1, 1))
    assert told["cells"]["map"]["ends"] == ends
    np.testing.assert_array_equal(arrays["map"], values)


@pytest.mark.parametrize(
    "memories, expected",
    [
        ([[0.02, 1.0], [0.5, 3.0]], (1e-2, 10)),
        ([[1e-30, 1.0]], (1e-6, 1)),  # never more than six powers
        ([[1.0, 1.0]], (1, 10)),
        ([[0.0, np.nan]], (0.1, 1)),
        ([], (0.1, 1)),
    ],
)
def test_all_memories_lie_on_one_scale_of_whole_powers(memories, expected):
    if memories:
        assert limits_of([column(memory=np.array(one)) for one in memories]) == pytest.approx(expected)
    else:
        low, high = limits_of([column(memory=Nothing("memory", ""))])
        assert low < high


@pytest.mark.parametrize("columns, words", [([], "at least one"), ([column()], "'keeps'")])
def test_what_cannot_be_shown_is_refused(columns, words):
    with pytest.raises(ConfigError, match=words):
        show(columns, ["keeps"], key="k", title="t")
