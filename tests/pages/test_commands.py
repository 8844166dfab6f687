"""Every command that a page or a card prints runs as it is printed, in the project's folder with the runs in it."""

import json
import re
import shlex
import time
from dataclasses import replace

import numpy as np
import pytest

from medrnn.__main__ import build_parser, main
from medrnn.config import ModelConfig, TrainConfig
from medrnn.models import catalog
from medrnn.models.catalog import find_card
from medrnn.training.again import YOUR_DATA, beside, settings_line, settings_text, train_line
from medrnn.training.runs import processes
from medrnn.ui.runs.form import FILE
from tests.datasets.test_datasets import arrays
from tests.pages.test_pages import loaded, visit
from tests.pages.test_runs import said

LINE = re.compile(r"python -m medrnn [^`\n]+")
SMALL = TrainConfig(model=ModelConfig(width=8, layers=1), epochs=1, batch=64, limit=64)  # one step


def run(line):
    """As in a shell, where ``python`` is this one."""
    words = shlex.split(line)
    assert words[:3] == ["python", "-m", "medrnn"]
    return main(words[3:])


def lines_of(at):
    assert not at.exception
    return set(LINE.findall(said(at)))


def line_of_card(model):
    """The line of its card; the other one trains from the settings beside it, which are downloaded."""
    lines = lines_of(visit("models", loaded(), model=model))
    assert sum("-settings.json" in line for line in lines) == 1
    (line,) = (line for line in lines if "-settings.json" not in line)
    return line


@pytest.fixture
def project(tmp_path, monkeypatch, rng, runs):
    """A folder with one's own data by the name that the lines give it, and a folder of runs."""
    np.savez(tmp_path / "own.npz", **arrays(rng, count=20))
    (tmp_path / "own.npz").rename(tmp_path / YOUR_DATA)
    runs.mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def from_own_data(project):
    """A model that learnt from one's own data, as the line on Train makes it, with less work."""
    (project / "small.json").write_text(json.dumps(SMALL.to_dict()))
    assert main(["train", "--config", "small.json", "--data", YOUR_DATA, "--out", "runs/from own"]) == 0
    return find_card("from own")


@pytest.fixture
def from_a_page(project):
    name = processes.start_run(SMALL)
    ends = time.monotonic() + 120
    while processes.read_run(name).is_live:
        assert time.monotonic() < ends
        time.sleep(0.1)
    return find_card(name)


@pytest.mark.timeout(400)  # every page, and the card of every model
def test_all_that_pages_and_cards_print_is_understood(from_own_data, from_a_page):
    parser, found = build_parser(), {}
    for page in ("open", "read", "memory", "map", "data", "train", "runs", "compare", "learn", "about"):
        found[page] = lines_of(visit(page, loaded()))
    found["a closer look"] = lines_of(visit("memory", loaded(model="from own", closer="units")))
    for model in catalog.list_cards():
        found[model] = lines_of(visit("models", loaded(), model=model))
        assert len(found[model]) == 2, model
    for line in {line for lines in found.values() for line in lines}:
        asked = parser.parse_args(shlex.split(line)[3:])
        assert asked.run.__name__ != "train" or (asked.out and (asked.preset or asked.config or asked.data))
    assert len(found["train"]) == len(found["a closer look"]) == 1


def test_a_card_of_ones_own_data_names_no_path_and_trains_again(from_own_data, capsys):
    assert str(from_own_data.folder.parent.parent) not in from_own_data.command
    line = line_of_card("from own")
    assert YOUR_DATA in line and line.endswith("--out 'runs/from own-again'")
    assert run(line) == 0
    again = find_card("from own-again")
    assert again.digest == from_own_data.digest  # the very same weights
    (line,) = lines_of(visit("memory", loaded(model="from own", closer="units")))
    assert run(line) == 0
    capsys.readouterr()


def test_a_run_of_the_page_trains_again_to_the_same_weights(from_a_page):
    line = line_of_card(from_a_page.id)
    assert run(line) == 0
    assert find_card(f"{from_a_page.id}-again").digest == from_a_page.digest


@pytest.mark.parametrize("data", ["pneumoniamnist", "own:0123456789012345678901"])
def test_the_line_on_train_trains_by_its_file(project, data):
    (line,) = lines_of(visit("train"))
    assert line == settings_line(FILE, "mine", "pneumoniamnist")
    (project / FILE).write_text(settings_text(replace(SMALL, data=data)))
    assert "own:" not in (project / FILE).read_text()
    assert run(settings_line(FILE, "mine", data)) == 0
    assert len(find_card("mine").classes) == 2


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        (
            {"data": "mnist", "preset": "mnist-gru", "is_presets_data": True},
            "--preset mnist-gru --out runs/a",
        ),
        ({"data": "mnist", "preset": "pneumonia-gru"}, "--preset pneumonia-gru --data mnist --out runs/a"),
        ({"data": "/home/x/set"}, "--config runs/a/config.json --data YOUR-DATA --out runs/a"),
        (
            {"data": "mnist", "preset": "mnist-gru", "is_presets_data": True, "seeds": [0, 1]},
            "--preset mnist-gru --seeds 0 1 --out runs/a",
        ),
        (
            {"data": "/home/x/set", "preset": "ms-slices", "cut": "slices"},
            "--preset ms-slices --data YOUR-DATA --cut slices --out runs/a",
        ),
        ({"data": "/home/x/set", "cut": "mean"}, "--config runs/a/config.json --data YOUR-DATA --out runs/a"),
        ({"data": "mnist", "seed": 3}, "--config runs/a/config.json --out runs/a"),
    ],
)
def test_the_line_holds_what_the_model_depends_on(asked, line):
    data = asked.pop("data")
    assert train_line("a", data, **asked) == f"python -m medrnn train {line}"


@pytest.mark.parametrize("text", ["", "rm -rf 'x", "python -m medrnn train --out runs/other", "runs/a b"])
def test_a_text_that_is_no_such_line_is_shown_as_it_is(text):
    assert beside(text, "a") == text
