"""A run that was interrupted anywhere goes on as if nothing had happened: the same events, the same weights."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
import torch

from medrnn.config import ModelConfig
from medrnn.errors import ConfigError
from medrnn.models.networks import build_network
from medrnn.training import run as runs_module
from medrnn.training.checkpoint import FILE, Facts, load, save
from medrnn.training.loop import fit
from medrnn.training.resume import resume, resume_in
from medrnn.training.run import fit_config, train
from medrnn.training.runs import processes, queue
from medrnn.training.runs.begin import claim, reclaim
from medrnn.training.runs.states import observe
from tests.conftest import ROOT
from tests.training.alive import is_learning, kill, state, wait_for

KILLS = int(os.environ.get("MEDRNN_RESUMED_RUNS", "3"))
LSTM = ModelConfig(
    cell="lstm", layers=2, width=6, features=8, dropout=0.3, is_bidirectional=True, readout="attention"
)
STEM = ModelConfig(
    cell="gru", layers=1, width=5, features=8, encoder="stem", stem=(4,), strides=(2,), readout="mean+max"
)
RECIPES = {
    "adam, constant": {"optimizer": "adam", "schedule": "constant"},
    "one cycle, averaged, the best epoch": {"schedule": "one-cycle", "average": "ema", "keep": "best"},
    "cosine, augmented, dropout": {"schedule": "cosine", "augment": "light", "model": LSTM},
    "plateau, momentum, balanced draws, in steps": {
        **{"schedule": "plateau", "optimizer": "sgd", "sampler": "balanced", "class_weights": "balanced"},
        **{"steps": 7, "keep": "best-loss", "patience": 3, "clip_value": 0.5},
    },
    "batch norm, averaged buffers": {"average": "ema", "augment": "films", "model": STEM},
}
NOT_COMPARED = ("elapsed_s", "images_per_s", "time")


def curve(events):
    """Steps and epochs without what a clock says."""
    return [
        {"kind": event.kind} | {name: value for name, value in event.data.items() if name not in NOT_COMPARED}
        for event in events
        if event.kind in ("step", "epoch")
    ]


def weights(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


def same(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("recipe", RECIPES)
def test_from_every_batch_the_loop_goes_on_bit_for_bit(recipe, data, config, tmp_path):
    config = fit_config(replace(config, epochs=2, batch=48, **RECIPES[recipe]), data)
    kept, heard = [], []

    def keep(snapshot):
        path = tmp_path / f"{len(kept)}.safetensors"
        save(snapshot(), Facts(log_bytes=len(heard)), path)
        kept.append(path)

    model = build_network(config.model, config.reading)
    for event in fit(model, data, config, keep=keep):
        heard.append(event)
    expected = weights(model)
    assert len(kept) == 1 + config.all_steps(len(data.train))  # before the first batch, and after each
    for path in kept:
        torch.manual_seed(99)  # whatever another process drew before
        start, again = load(path), build_network(config.model, config.reading)
        more = list(fit(again, data, config, start=start))
        assert curve(heard[: start.facts.log_bytes] + more) == curve(heard)
        assert same(weights(again), expected), path.name


def events_of(folder):
    return [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]


def told(folder):
    return [
        {name: value for name, value in event.items() if name not in NOT_COMPARED}
        for event in events_of(folder)
        if event["kind"] in ("step", "epoch")
    ]


def begin(tmp_path, config, name, *more):
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(config.to_dict()))
    words = [
        "-m",
        "medrnn",
        "train",
        "--config",
        str(path),
        "--out",
        str(tmp_path / name),
        "--threads",
        "1",
        *more,
    ]
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env=os.environ | {"MEDRNN_CHECKPOINT_S": "0.02"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def test_killed_anywhere_a_run_ends_with_the_digest_of_one_that_was_not(tmp_path, config):
    config = replace(config, epochs=40, average="ema", augment="light", keep="best")
    whole = json.loads(begin(tmp_path, config, "whole").communicate()[0].splitlines()[-1])
    moments = np.random.default_rng(KILLS).uniform(0.05, 0.95, KILLS)
    for number, moment in enumerate(moments):
        folder, name = tmp_path / f"cut-{number}", f"cut-{number}"
        process = begin(tmp_path, config, name)
        wait_for(lambda folder=folder: (folder / FILE).exists())
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if (folder / "card.json").exists():
            continue  # it was faster
        words = [sys.executable, "-m", "medrnn", "train", "--resume", str(folder), "--json"]
        out = subprocess.run(words, cwd=ROOT, capture_output=True, check=True, text=True)
        assert json.loads(out.stdout.splitlines()[-1])["digest"] == whole["digest"], moment
        assert told(folder) == told(tmp_path / "whole")
        kinds = [event["kind"] for event in events_of(folder)]
        assert "resumed" in kinds and kinds[-1] == "finished" and kinds.count("started") == 1
        assert not (folder / FILE).exists()


def test_before_the_first_checkpoint_it_begins_again(tmp_path, config, data):
    with claim(tmp_path / "early", config):
        pass  # the process ended here
    events = list(resume(tmp_path / "early", data=data))
    assert [event.kind for event in events][0] == "started" and events[-1].kind == "finished"
    list(train(config, tmp_path / "whole", data=data))
    assert told(tmp_path / "early") == told(tmp_path / "whole")


def cut(config, data, folder, monkeypatch, after=4):
    """A run that broke off after some events, with a checkpoint of that moment."""
    monkeypatch.setattr(runs_module, "EVERY_S", 0.0)
    run = train(config, folder, data=data)
    for _ in range(after):
        next(run)
    run.close()
    assert (folder / FILE).exists()


def test_an_interrupted_run_says_so_and_its_last_words_are_taken_back(tmp_path, config, data, monkeypatch):
    cut(config, data, tmp_path / "cut", monkeypatch)
    assert events_of(tmp_path / "cut")[-1]["message"] == "The run was interrupted."
    list(resume(tmp_path / "cut", data=data))
    assert not [event for event in events_of(tmp_path / "cut") if event["kind"] == "failed"]
    list(train(config, tmp_path / "whole", data=data))
    assert told(tmp_path / "cut") == told(tmp_path / "whole")


@pytest.mark.parametrize(
    "content", [b"", b"x" * 100, b"\xff" * 8 + b"{}"], ids=["empty", "text", "no-length"]
)
def test_a_damaged_checkpoint_is_said_with_the_cure_and_the_cure_works(
    tmp_path, config, data, monkeypatch, content
):
    cut(config, data, tmp_path / "cut", monkeypatch)
    (tmp_path / "cut" / FILE).write_bytes(content)
    with pytest.raises(ConfigError, match="damaged. Delete it, and --resume begins"):
        list(resume(tmp_path / "cut", data=data))
    (tmp_path / "cut" / FILE).unlink()
    assert list(resume(tmp_path / "cut", data=data))[-1].kind == "finished"


def test_a_checkpoint_of_another_network_is_refused(tmp_path, config, data, monkeypatch):
    cut(config, data, tmp_path / "cut", monkeypatch)
    cut(replace(config, model=replace(config.model, width=7)), data, tmp_path / "other", monkeypatch)
    (tmp_path / "other" / FILE).replace(tmp_path / "cut" / FILE)
    with pytest.raises(ConfigError, match="belongs to another one"):
        list(resume(tmp_path / "cut", data=data))


def test_other_data_are_refused(tmp_path, config, data, monkeypatch):
    cut(config, data, tmp_path / "cut", monkeypatch)
    changed = replace(data, train=replace(data.train, images=data.train.images[::-1].copy()))
    with pytest.raises(ConfigError, match="they have changed"):
        list(resume(tmp_path / "cut", data=changed))


def test_events_that_are_gone_are_said(tmp_path, config, data, monkeypatch):
    cut(config, data, tmp_path / "cut", monkeypatch)
    (tmp_path / "cut" / "events.jsonl").write_bytes(b"")
    with pytest.raises(ConfigError, match="Delete the checkpoint"):
        list(resume(tmp_path / "cut", data=data))


def test_only_what_broke_off_is_resumed(tmp_path, config, data):
    list(train(replace(config, epochs=1), tmp_path / "done", data=data))
    with pytest.raises(ConfigError, match="already holds a finished run"):
        list(resume(tmp_path / "done", data=data))
    with pytest.raises(ConfigError, match="holds none"):
        list(resume(tmp_path / "nothing", data=data))
    with claim(tmp_path / "live", config), pytest.raises(ConfigError, match="is going on"):
        list(resume(tmp_path / "live", data=data))


def test_the_page_resumes_a_killed_run_in_a_process_of_its_own(config, runs):
    run_id = processes.start_run(replace(config, epochs=150))
    wait_for(lambda: is_learning(run_id))
    kill(runs / run_id)
    assert state(run_id, "died").state == "died"
    assert processes.resume_run(run_id) == run_id
    assert state(run_id, "finished", "failed").state == "finished"
    epochs = [event["epoch"] for event in events_of(runs / run_id) if event["kind"] == "epoch"]
    assert epochs == list(range(1, 151))  # none lost, none twice
    with pytest.raises(ConfigError, match="finished run"):
        processes.resume_run(run_id)


def test_threads_are_told_and_kept(tmp_path, config, data, monkeypatch):
    before = torch.get_num_threads()
    try:
        list(train(replace(config, epochs=1), tmp_path / "one", data=data, threads=1))
        assert events_of(tmp_path / "one")[0]["threads"] == 1
        with pytest.raises(ConfigError, match="threads"):
            list(train(config, tmp_path / "none", data=data, threads=5000))
    finally:
        torch.set_num_threads(before)


def test_stopped_before_it_goes_on_a_resumed_run_keeps_what_it_had_learnt(
    tmp_path, config, data, monkeypatch
):
    cut(config, data, tmp_path / "cut", monkeypatch)
    before = len(told(tmp_path / "cut"))
    with reclaim(tmp_path / "cut") as run:
        (tmp_path / "cut" / "stop").touch()
        with pytest.raises(ConfigError, match="stopped before it went on"):
            list(resume_in(run, device="cpu", data=data))
    assert observe(tmp_path / "cut").state == "failed"
    assert len(told(tmp_path / "cut")) in (
        before,
        before - 1,
    )  # the last event may be younger than the checkpoint
    assert list(resume(tmp_path / "cut", data=data))[-1].kind == "finished"


def test_a_resumed_run_that_waits_says_so_and_can_be_stopped_without_loss(config, runs):
    run_id = processes.start_run(replace(config, epochs=400))
    wait_for(lambda: is_learning(run_id))
    kill(runs / run_id)
    assert state(run_id, "died")
    with claim(runs / "first", config):
        with queue.joining("cpu") as join:
            join("first")
        processes.resume_run(run_id)
        assert state(run_id, "waiting").before == 1
        processes.stop_run(run_id)
        assert "stopped before it went on" in state(run_id, "failed").message


@pytest.mark.parametrize("part", ["average", "head"])
def test_one_bit_that_changed_is_noticed(tmp_path, config, data, monkeypatch, part):
    cut(replace(config, average="ema"), data, tmp_path / "cut", monkeypatch)
    path = tmp_path / "cut" / FILE
    raw = bytearray(path.read_bytes())
    place = len(raw) - 3 if part == "average" else raw.index(b"best_score") + 14
    raw[place] ^= 1
    path.write_bytes(bytes(raw))
    with pytest.raises(ConfigError, match="damaged"):
        list(resume(tmp_path / "cut", data=data))


@pytest.mark.parametrize("kind", ["pipe", "link", "folder"])
def test_what_is_no_file_is_no_checkpoint_and_nobody_waits_for_it(tmp_path, config, data, monkeypatch, kind):
    cut(config, data, tmp_path / "cut", monkeypatch)
    path = tmp_path / "cut" / FILE
    path.unlink()
    make = {
        "pipe": os.mkfifo,
        "folder": os.mkdir,
        "link": lambda place: place.symlink_to(tmp_path / "nowhere"),
    }
    make[kind](path)
    with pytest.raises(ConfigError, match="damaged"):
        list(resume(tmp_path / "cut", data=data))


def test_half_a_line_of_events_is_cut_and_the_cure_for_a_short_log_works(tmp_path, config, data, monkeypatch):
    cut(config, data, tmp_path / "cut", monkeypatch)
    path = tmp_path / "cut" / "events.jsonl"
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(ConfigError, match="Delete the checkpoint"):
        list(resume(tmp_path / "cut", data=data))
    (tmp_path / "cut" / FILE).unlink()
    assert list(resume(tmp_path / "cut", data=data))[-1].kind == "finished"
    list(train(config, tmp_path / "whole", data=data))
    assert told(tmp_path / "cut") == told(tmp_path / "whole")
