"""What cannot be is refused in one line, before anything is read or made."""

import json

import pytest

from medrnn.__main__ import main
from medrnn.config import ModelConfig, ReadingConfig, TrainConfig
from medrnn.training.run import train
from tests.conftest import SAMPLES

STREAMS = TrainConfig(
    data="nowhere.npz",
    model=ModelConfig(core="streams", features=16),
    reading=ReadingConfig("raster", size=(64, 64)),
)


def test_a_network_that_does_not_fit_its_reading_leaves_no_folder(runs, tmp_path, capsys):
    """The data are not even looked for: there are none."""
    (tmp_path / "config.json").write_text(json.dumps(STREAMS.to_dict()))
    assert main(["train", "--config", str(tmp_path / "config.json"), "--out", str(runs / "x")]) == 2
    assert capsys.readouterr().err.startswith("error: reading: two streams read whole rows and columns")
    assert not runs.exists()


@pytest.mark.parametrize("text", ["{", "[" * 50_000], ids=["open", "nested"])
def test_an_edit_that_is_no_json_is_one_line(text, capsys):
    words = [
        "intervene",
        str(SAMPLES / "chest-child-normal-2.png"),
        "--model",
        "pneumonia-gru",
        "--edit",
        text,
    ]
    assert main(words) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: edit: expected JSON such as") and said.count("\n") == 1 and len(said) < 300


SMALL = TrainConfig(data="pneumoniamnist", epochs=1, limit=32, model=ModelConfig(layers=1, width=2))


@pytest.mark.parametrize("more", [[], ["--seeds", "0", "1"], ["--grid", "width=2", "--folds", "3"]], ids=str)
def test_a_device_that_is_not_here_leaves_no_folder(runs, tmp_path, capsys, more):
    (tmp_path / "config.json").write_text(json.dumps(SMALL.to_dict()))
    words = [
        "train",
        "--config",
        str(tmp_path / "config.json"),
        "--device",
        "banana",
        "--out",
        str(runs / "x"),
    ]
    assert main([*words, *more]) == 2
    assert "error: Expected one of cpu" in capsys.readouterr().err and not runs.exists()


def test_a_device_that_is_not_here_fails_no_run_that_can_be_resumed(runs, capsys):
    events = train(SMALL, runs / "x")
    next(events)
    (runs / "x" / "pause").touch()
    list(events)
    before = (runs / "x" / "events.jsonl").read_bytes()
    assert main(["train", "--resume", str(runs / "x"), "--device", "banana"]) == 2
    assert "error: Expected one of cpu" in capsys.readouterr().err
    assert (runs / "x" / "events.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    "words", [["--grid", "width=2", "width=3"], ["--grid", "width=2", "--grid", "width=3"]]
)
def test_a_setting_that_is_tried_twice_is_refused(words, tmp_path, capsys):
    (tmp_path / "config.json").write_text(json.dumps(SMALL.to_dict()))
    assert main(["train", "--config", str(tmp_path / "config.json"), *words, "--folds", "3"]) == 2
    assert "width is named twice" in capsys.readouterr().err
