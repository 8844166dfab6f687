"""A run that is killed, at whatever moment, has died: it never says "starting" for ever, nor "running"."""

import os
import subprocess
import sys
import time
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from medrnn.errors import ConfigError
from medrnn.training.runs import processes
from medrnn.training.runs.begin import claim
from medrnn.training.runs.owner import Owner, is_gone, this_process
from tests.conftest import ROOT
from tests.training.alive import is_learning, kill, state, wait_for

KILLS = int(os.environ.get("MEDRNN_KILLED_RUNS", "6"))


def test_killed_at_any_moment_of_its_first_second_a_run_has_died(config, runs):
    moments = np.random.default_rng(KILLS).uniform(0, 1, KILLS)
    for moment in moments:
        run_id = processes.start_run(replace(config, epochs=1000))
        time.sleep(moment)
        kill(runs / run_id)
        run = state(run_id, "died", "failed", "finished", "stopped", "damaged")
        assert (run.state, run.is_live) == ("died", False), moment
        assert run.config is not None
        processes.delete_run(run_id)
    assert processes.list_runs() == []


def test_killed_while_it_learns_it_has_died_and_the_next_gets_its_turn(config, runs):
    first = processes.start_run(replace(config, epochs=1000))
    second = processes.start_run(replace(config, epochs=1))
    wait_for(lambda: is_learning(first))
    kill(runs / first)
    assert state(first, "died").told.steps
    assert state(second, "finished", "failed", "died").state == "finished"


def test_a_starter_that_is_killed_before_its_child_leaves_a_run_that_died(config, runs):
    code = (
        "import os, sys; from pathlib import Path; from medrnn.config import TrainConfig\n"
        "from medrnn.training.runs.begin import claim\n"
        "run = claim(Path(sys.argv[1]), TrainConfig()); print('claimed', flush=True); sys.stdin.read()"
    )
    words = [sys.executable, "-c", code, str(runs / "orphan")]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as starter:
        assert starter.stdout.readline() == b"claimed\n"
        assert processes.read_run("orphan").state == "starting"
        starter.kill()
    assert processes.read_run("orphan").state == "died"


def test_the_process_and_its_start_stand_in_the_folder(config, runs):
    run_id = processes.start_run(replace(config, epochs=1000))
    wait_for((runs / run_id / "process.json").exists)
    owner = msgspec.json.decode((runs / run_id / "process.json").read_bytes(), type=Owner)
    assert not is_gone(owner)
    assert kill(runs / run_id) == owner.pid
    wait_for(lambda: is_gone(owner))


def test_a_later_process_of_the_same_number_is_another():
    me = this_process()
    assert not is_gone(me)
    assert is_gone(msgspec.structs.replace(me, started=me.started + 1))
    assert is_gone(msgspec.structs.replace(me, place="another-boot " + me.place.split()[1]))
    assert not is_gone(msgspec.structs.replace(me, place=me.place.split()[0] + " pid:[1]"))  # cannot be asked


def test_a_lock_that_outlives_its_process_does_not_make_it_live(config, runs):
    with claim(runs / "forked", config) as run:
        run.sign()
        assert processes.read_run("forked").is_live
        owner = msgspec.structs.replace(this_process(), pid=2**30)
        (run.path / "process.json").write_bytes(msgspec.json.encode(owner))
        assert processes.read_run("forked").state == "died"


def test_a_run_that_goes_on_is_not_deleted_and_one_that_ended_is(config, runs):
    run_id = processes.start_run(replace(config, epochs=1000))
    with pytest.raises(ConfigError, match="Stop it first"):
        processes.delete_run(run_id)
    kill(runs / run_id)
    state(run_id, "died")
    processes.delete_run(run_id)
    assert [f.name for f in runs.iterdir()] == [".queue"]
