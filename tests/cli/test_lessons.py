"""``lessons``: the list of them, and a measurement made again."""

import json

import pytest

from medrnn.__main__ import main
from medrnn.errors import DataError
from medrnn.lessons import LESSONS, measured, width


def test_the_lessons_are_listed_in_order(capsys):
    assert main(["lessons", "--json"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["id"], one["minutes"]) for one in found] == [
        (name, one.minutes) for name, one in LESSONS.items()
    ]


def test_a_measurement_is_written_with_all_that_repeats_it_and_read_back(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(measured, "FOLDER", tmp_path)
    monkeypatch.setattr(width, "WIDTHS", (2,))
    monkeypatch.setattr(width, "FOLDS", 2)
    measured.read.cache_clear()
    try:
        assert main(["lessons", "--measure", "width", "--json"]) == 0
        said = json.loads(capsys.readouterr().out)
        assert said["out"] == "assets/lessons/width.json" and said["rows"] == 2
        found = width.points("films")
        assert [point.width for point in found] == [2] and len(found[0].accuracies) == 2
        with pytest.raises(DataError, match="Make it again with: python -m medrnn lessons --measure dropout"):
            measured.read("dropout")
    finally:
        measured.read.cache_clear()


def test_an_unknown_measurement_is_refused(capsys):
    with pytest.raises(SystemExit) as refused:
        main(["lessons", "--measure", "gone"])
    assert refused.value.code == 2 and "choose from" in capsys.readouterr().err
