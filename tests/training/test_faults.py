"""What else can go wrong with a run, each with a real process: said with the cure, and nothing is lost."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from medrnn.models.catalog import find_card
from medrnn.training.checkpoint import FILE, load
from medrnn.training.runs import processes
from tests.conftest import ROOT
from tests.training.alive import is_learning, kill, pids_of, state, wait_for

NOTICED_S = 5.0
NAN = """
import sys
from pathlib import Path
from medrnn.training.learner import Learner
learn, count = Learner.learn, 0
def broken(self, *batch):
    global count
    count += 1
    loss, right, norm = learn(self, *batch)
    return (float("nan") if count == 5 else loss), right, norm
Learner.learn = broken
from medrnn.training.run import load_config, train
list(train(load_config(Path(sys.argv[1])), sys.argv[2]))
"""
CLOCK = """
import sys, time
from pathlib import Path
real, count = time.time, 0
def back():
    global count
    count += 1
    return real() - (86_400 if count > 6 else 0)
time.time = back
from medrnn.training.run import load_config, train
list(train(load_config(Path(sys.argv[1])), sys.argv[2]))
"""
NARROW = """
import resource, sys
from pathlib import Path
from medrnn.training import run
from medrnn.training.learner import Learner
learn = Learner.learn
def narrow(self, *batch):
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + (48 << 20), resource.getrlimit(resource.RLIMIT_AS)[1]))
    return learn(self, *batch)
Learner.learn = narrow
from medrnn.errors import MedrnnError
try:
    list(run.train(run.load_config(Path(sys.argv[1])), sys.argv[2]))
except MedrnnError as error:
    sys.exit(f"error: {error}")
"""


def begin(code, config, runs):
    """A run in a process that is not quite as it should be; its exit code and what it said."""
    settings = runs.parent / "settings.json"
    settings.write_text(json.dumps(config.to_dict()))
    words = [sys.executable, "-c", code, str(settings), str(runs / "mine")]
    environment = os.environ | {"MEDRNN_CHECKPOINT_S": "0.001"}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True)
    return done.returncode, done.stderr


def test_a_loss_that_is_no_number_is_said_with_the_cure_and_the_checkpoint_before_it_is_kept(config, runs):
    begin(NAN, replace(config, clip=0.0), runs)
    run = processes.read_run("mine")
    assert run.state == "failed"
    assert "at step 5 it is none any more. Start again with a lower learning rate than 0.01" in run.message
    assert "clipped" in run.message
    assert load(runs / "mine" / FILE).place.step == 4
    processes.resume_run("mine")  # in a process that is as it should be
    assert state("mine", "finished", "failed", "died").state == "finished"


def test_a_clock_that_moves_back_moves_nothing_else(config, runs):
    assert begin(CLOCK, replace(config, epochs=3), runs)[0] == 0
    run = processes.read_run("mine")
    assert run.state == "finished" and [epoch.epoch for epoch in run.told.epochs] == [1, 2, 3]
    times = [event["time"] for event in run.events]
    assert min(times) < times[0] - 80_000
    spent = [point.elapsed_s for point in run.told.steps]
    assert spent == sorted(spent) and 0 < find_card("mine").elapsed_s < 600
    assert list(processes.log_lines("mine"))


def test_want_of_memory_is_said_with_the_cure_and_leaves_a_run_that_can_be_resumed(config, runs):
    wide = replace(config, batch=160, model=replace(config.model, width=1024, layers=2), epochs=1)
    code, said = begin(NARROW, wide, runs)
    run = processes.read_run("mine")
    assert (code, run.state) == (1, "failed"), said
    assert "the memory ran out. Take a smaller batch" in run.message
    assert "Traceback" not in said
    processes.resume_run("mine")
    wait_for(lambda: is_learning("mine"))  # where there is room
    kill(runs / "mine")


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_a_dead_worker_is_noticed_within_seconds_and_what_it_had_learnt_is_there(config, runs, blow):
    run_id = processes.start_run(replace(config, epochs=1000))
    wait_for(lambda: is_learning(run_id))
    (pid,) = pids_of(runs / run_id)
    os.kill(pid, blow)
    struck = time.monotonic()
    run = state(run_id, "died", "failed")
    assert time.monotonic() - struck < NOTICED_S
    assert run.state == "died" and run.told.steps and not run.is_live
    processes.delete_run(run_id)


def test_two_presses_of_resume_begin_one(config, runs):
    run_id = processes.start_run(replace(config, epochs=1000))
    wait_for(lambda: is_learning(run_id))
    kill(runs / run_id)
    assert state(run_id, "died")
    code = """
import sys
from medrnn.errors import ConfigError
from medrnn.training.runs import processes
sys.stdin.readline()
try:
    processes.resume_run(sys.argv[1]); print("mine")
except ConfigError as error:
    print(error)
"""
    words = [sys.executable, "-c", code, run_id]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    tabs = [subprocess.Popen(words, cwd=ROOT, **pipes) for _ in range(3)]
    for tab in tabs:
        tab.stdin.write("go\n")
        tab.stdin.flush()
    said = sorted(tab.communicate()[0].strip() for tab in tabs)
    assert said.count("mine") == 1 and len([one for one in said if "A run is going on" in one]) == 2
    processes.stop_run(run_id)
    assert state(run_id, "stopped", "failed", "died")
