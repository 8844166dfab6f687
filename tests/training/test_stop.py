"""A press of Stop is heard within a second whatever the run is busy with, from one tab or two."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from medrnn.training import run as runs_module
from medrnn.training.run import train
from medrnn.training.runs import processes
from medrnn.training.runs.begin import claim
from medrnn.training.runs.folder import RunFolder
from medrnn.training.runs.heed import heeding
from tests.conftest import ROOT
from tests.training.alive import is_learning, state, wait_for

AT_ONCE_S = 2.5  # below the batch of 3 s; how fast it is says `bench start`


def kinds(run):
    return [event["kind"] for event in run.events]


def test_the_page_knows_at_once_and_the_figures_follow(config, runs):
    run_id = processes.start_run(replace(config, epochs=1000))
    wait_for(lambda: is_learning(run_id))
    pressed = time.time()
    with ThreadPoolExecutor(2) as pool:  # two tabs at once
        list(pool.map(processes.stop_run, [run_id] * 2))
    run = state(run_id, "stopped", "failed", "died")
    assert run.state == "stopped"
    told = [event for event in run.events if event["kind"] == "stopped"]
    assert len(told) == 1 and told[0]["time"] - pressed < AT_ONCE_S
    assert kinds(run)[-2:] == ["stopped", "finished"]
    assert run.told.epochs[-1].step == run.told.stopped_at  # measured where it stopped


def test_in_a_batch_that_takes_long_the_wish_is_heard_before_its_end(config, runs):
    code = """
import sys, time
from pathlib import Path
from medrnn.training.learner import Learner
learn = Learner.learn
def slow(self, *batch):
    time.sleep(3)
    return learn(self, *batch)
Learner.learn = slow
from medrnn.training.run import load_config, train
list(train(load_config(Path(sys.argv[1])), sys.argv[2]))
"""
    settings = runs.parent / "settings.json"
    settings.write_text(json.dumps(replace(config, epochs=1).to_dict()))
    words = [sys.executable, "-c", code, str(settings), str(runs / "slow")]
    with subprocess.Popen(words, cwd=ROOT, env=os.environ.copy()) as process:
        wait_for(lambda: (runs / "slow").exists() and processes.read_run("slow").told.is_started)
        pressed = time.time()
        processes.stop_run("slow")
        wait_for(lambda: processes.read_run("slow").told.heard)
        assert time.time() - pressed < AT_ONCE_S
        assert processes.read_run("slow").state == "stopping"
        assert process.wait() == 0
    run = processes.read_run("slow")
    assert (run.state, run.told.stopped_at) == ("stopped", 1)


def test_after_the_last_word_nothing_is_told(config, runs):
    with claim(runs / "mine", config) as run:
        run.tell("finished", {"elapsed_s": 1, "n": 1, "accuracy": 1, "auc": None, "loss": 0})
        processes.stop_run("mine")
        with heeding(run):
            time.sleep(0.5)
    assert kinds(processes.read_run("mine")) == ["finished"]


def test_while_figures_are_made_the_state_says_so(config, data, runs, monkeypatch):
    seen = []
    compare = runs_module.compare

    def look(*arguments):
        seen.append(processes.read_run("mine").state)
        return compare(*arguments)

    monkeypatch.setattr(runs_module, "compare", look)
    events = train(config, runs / "mine", data=data)
    while next(events).kind != "step":
        pass
    processes.stop_run("mine")
    list(events)
    assert seen == ["measuring"]
    assert processes.read_run("mine").state == "stopped"


def test_a_line_is_whole_whoever_tells_it(config, runs):
    with claim(runs / "mine", config) as run, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: RunFolder.tell(run, "waiting"), range(400)))
        run.acknowledge("stopping")
    lines = (runs / "mine" / "events.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["waiting"] * 400 + ["stopping"]


@pytest.mark.parametrize("wish", ["stop"])
def test_a_wish_of_the_life_before_does_not_act_on_the_next(config, runs, wish):
    from medrnn.training.runs.begin import reclaim

    with claim(runs / "mine", config) as run:
        run.tell("started", {"device": "cpu", "seed": 0, "train": 9, "val": 9, "test": 9})
        run.tell("stopping")
        (runs / "mine" / wish).touch()
    assert processes.read_run("mine").state == "died"
    with reclaim(runs / "mine") as run:
        run.tell("resumed", {"step": 0})
        assert processes.read_run("mine").state == "running"
