"""Ticks of logarithmic axes."""

import pytest

from medrnn.plots.lessons.axes import MOST_TICKS, log_ticks


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (1e-3, 2.0, ["10⁻³", "10⁻²", "10⁻¹", "10⁰", "10¹"]),
        (1e-160, 1.0, ["10⁻¹⁶⁰", "10⁻¹⁴⁰", "10⁻¹²⁰", "10⁻¹⁰⁰", "10⁻⁸⁰", "10⁻⁶⁰", "10⁻⁴⁰", "10⁻²⁰", "10⁰"]),
        (0.6, 7.0, ["0.1", "0.2", "0.5", "1", "2", "5", "10", "20", "50"]),
    ],
)
def test_ticks_are_round_few_and_named(low, high, words):
    values, said = log_ticks(low, high)
    assert said == words and len(values) == len(said) <= MOST_TICKS
    assert values[0] <= low * 10 and values[-1] >= high / 10
