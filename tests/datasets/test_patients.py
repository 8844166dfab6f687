"""Patients by rules on names, and patterns whose time is bounded."""

import time

import pytest

from medrnn.datasets.patients import by_name, compile_pattern, number
from medrnn.errors import DataError


def test_the_name_up_to_the_first_mark_tells_the_patient():
    paths = ["a/p1_001.png", "b/p1-2.png", "a/p2_1.png", "a/alone.png", "b/p2.old_3.png"]
    assert by_name(paths).tolist() == [0, 0, 1, -1, 2]


def test_the_first_group_of_a_pattern_tells_the_patient():
    paths = ["x/scan7 of AB12.png", "x/scan8 of AB12.png", "x/scan9 of CD3.png", "x/other.png"]
    assert by_name(paths, r".* of ([A-Z]+\d+)").tolist() == [0, 0, 1, -1]


def test_numbers_come_as_they_come():
    assert number(["b", "a", "", "b"]).tolist() == [0, 1, -1, 0]


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "((a|aa)+)$",
        "(a*)*b",
        "([a-z]+)*x",
        "(a?)(a{1,9}){9}",
        r"(.)\1",
        "(?=(a+))a*b",
        "(?<!a)(b)",
        "(a|a)*(b)",
    ],
)
def test_a_pattern_that_may_take_for_ever_is_refused_at_once(pattern):
    began = time.monotonic()
    with pytest.raises(DataError, match="may take for ever"):
        compile_pattern(pattern)
    assert time.monotonic() - began < 5  # a search without a bound takes hours


@pytest.mark.parametrize(
    ("pattern", "match"),
    [
        ("", "1 to 60 characters, got 0"),
        ("a" * 61, "1 to 60 characters, got 61"),
        ("(", "cannot be read. Look at its brackets"),
        ("a{5000000000}(b)", "cannot be read"),
        ("abc", "a group in brackets that tells the patient, got none"),
        (".*a.*b.*c.*(d)", r"at most 3 parts of any length .*, got 4"),
        ("(" + "a?" * 29 + ")", "at most 3 parts of any length .*, got 29"),
    ],
)
def test_another_pattern_is_refused_with_the_cure(pattern, match):
    with pytest.raises(DataError, match=match):
        compile_pattern(pattern)


def test_the_slowest_pattern_that_passes_ends_in_time():
    began = time.monotonic()
    with pytest.raises(DataError, match="tried on all names within 2 s"):
        by_name(["x/" + "a" * 120] * 20_000, ".*.*.*(b)")
    assert time.monotonic() - began < 30
