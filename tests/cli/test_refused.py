"""What cannot be is refused in one line, before anything is read or made."""

import json

import pytest

from medrnn.__main__ import main
from medrnn.config import ModelConfig, ReadingConfig, TrainConfig
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
