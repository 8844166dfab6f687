"""Numbers against thresholds, and their sentences."""

import math

import pytest

from medrnn.explanation.evidence.verdict import THRESHOLDS, Verdict, judge
from medrnn.explanation.evidence.words import SENTENCES, headline, sentence, worst_first


@pytest.mark.parametrize("name", THRESHOLDS)
def test_a_number_at_the_edge_counts_as_bad_of_low_and_as_good_of_high(name):
    known = THRESHOLDS[name]
    small = 1e-9 if known.good == "low" else -1e-9
    assert judge(name, known.fails + small).level == "fail"
    assert judge(name, known.fails - small).level == "warning"
    assert judge(name, known.warns + small).level == "warning"
    assert judge(name, known.warns - small).level == "pass"
    at_edge = [judge(name, limit).level for limit in (known.warns, known.fails)]
    assert at_edge == (["warning", "fail"] if known.good == "low" else ["pass", "warning"])


@pytest.mark.parametrize("name", THRESHOLDS)
def test_every_level_has_a_sentence_with_its_numbers(name):
    for level in ("pass", "warning", "fail"):
        said = sentence(Verdict(name, level, 0.123))
        assert said.startswith(SENTENCES[name, level][:-1]) and "0.123" in said
        assert f"{THRESHOLDS[name].warns:g}" in said and f"{THRESHOLDS[name].fails:g}" in said


@pytest.mark.parametrize("value", [None, math.nan])
def test_what_is_not_defined_is_not_judged(value):
    found = judge("models", value)
    assert found.level == "unknown" and found.value is None
    assert "not defined" in sentence(found)


def test_the_worst_comes_first():
    found = [
        judge("randomisation", 0.1),
        judge("sensitivity", 0.6),
        judge("models", None),
        judge("seeds", 0.1),
    ]
    assert [one.name for one in worst_first(found)] == ["seeds", "sensitivity", "models", "randomisation"]
    assert headline(found) == f"1 of 4 tests fails, 1 warns. {SENTENCES['seeds', 'fail']}"
    assert headline([found[1]] * 2) == f"2 of 2 tests warn. {SENTENCES['sensitivity', 'warning']}"
    assert headline([found[3]]).startswith("1 of 1 test fails. ")
    assert headline(found[:1]) == "This map passed 1 of 1 tests, and failed none."
    assert "no evidence" in headline([])
