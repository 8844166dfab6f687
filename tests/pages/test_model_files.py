"""A model's files: what is downloaded is what lies there, and its settings train the same weights again."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest
from safetensors.torch import load

from medrnn.config import ModelConfig, TrainConfig
from medrnn.errors import CatalogError
from medrnn.models.cards import read_card
from medrnn.models.catalog import find_card, load_model
from medrnn.training.run import train
from medrnn.training.runs import processes
from medrnn.ui import cached, model_files
from medrnn.ui.state import KEY, Session
from tests.conftest import ROOT
from tests.pages.test_pages import loaded, visit
from tests.training.alive import state
from tests.training.conftest import config, data, npz  # noqa: F401  fixtures


@pytest.fixture(autouse=True)
def _no_cards_of_the_test_before():
    cached.forget_cards()


def test_the_settings_of_a_run_train_the_same_weights_again_on_the_command_line(config, npz, runs, tmp_path):  # noqa: F811
    run_id = processes.start_run(config)
    assert state(run_id, "finished", "failed").state == "finished"
    card = find_card(run_id)
    assert model_files.threads_of(card) >= 1
    (tmp_path / f"{model_files.name_of(card, 'settings')}.json").write_text(model_files.settings(card))
    shutil.copy(npz, tmp_path / "YOUR-DATA")
    python, *words = shlex.split(model_files.line(card))
    assert python == "python" and "--threads" in words
    done = subprocess.run(
        [sys.executable, *words],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    again = read_card(tmp_path / "runs" / f"{run_id}-again")
    assert again.digest == card.digest
    assert again.metrics["test"] == card.metrics["test"]
    assert json.loads(done.stdout.splitlines()[-1])["digest"] == card.digest


def test_the_line_of_a_shipped_model_names_its_data_and_no_threads_that_nobody_knows():
    words = model_files.line(find_card("mnist-rnn")).split()
    assert "--threads" not in words and "--data" not in words
    assert TrainConfig.from_dict(json.loads(model_files.settings(find_card("mnist-rnn")))).data == "mnist"


def test_the_weights_are_those_of_the_card_or_none(runs, config):  # noqa: F811
    card = find_card("pneumonia-rnn-forward")
    held = load(model_files.weights(card))
    for name, weight in load_model("pneumonia-rnn-forward").state_dict().items():
        assert held[name].equal(weight)
    list(train(replace(config, epochs=1), runs / "mine"))
    other = find_card("mine")
    (other.folder / "model.safetensors").write_bytes(model_files.weights(card))
    with pytest.raises(CatalogError, match="at most|SHA-256"):
        model_files.weights(other)


@pytest.mark.parametrize("page", ["models", "runs", "train"])
def test_the_files_stand_on_every_page_of_a_model(page, runs, config):  # noqa: F811
    list(train(replace(config, epochs=1, model=ModelConfig(cell="rnn", layers=1, width=4)), runs / "mine"))
    cached.forget_cards()
    at = visit(page, loaded(model="mine", run="mine"))
    assert not at.exception and not at.error
    labels = [button.proto.label for button in at.get("download_button")]
    for label in ("Card (JSON)", "Weights (safetensors)", "Settings (JSON)"):
        assert labels.count(label) == 1
    assert [code.value for code in at.code if "medrnn-mine-settings.json" in code.value]


def test_one_press_puts_a_finished_run_into_use_everywhere_at_once(runs, config):  # noqa: F811
    before = visit("models", Session())
    assert "mine" not in before.dataframe[0].value["Model"].tolist()
    list(train(replace(config, epochs=1), runs / "mine"))
    cached.forget_cards()  # as the page does that sees it end
    at = visit("runs", loaded(run="mine"))
    next(b for b in at.button if b.label == "Use this model").click()
    at.run()
    assert not at.exception and at.session_state[KEY].model == "mine"
    assert at.sidebar.selectbox[1].value == "mine" and "mine" in at.sidebar.selectbox[1].options
    at.switch_page("pages/models.py").run()
    assert "mine" in at.dataframe[0].value["Model"].tolist()
    for name in ("read", "memory", "map"):
        at.switch_page(f"pages/{name}.py").run()
        assert not at.exception and not at.error and at.session_state[KEY].model == "mine"
