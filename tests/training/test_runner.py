"""The warm process: a run begins at once, as if it had been started by itself; whoever dies takes nobody with him."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from medrnn.models.catalog import find_card
from medrnn.training.runs import processes, runner
from medrnn.training.runs.begin import claim
from medrnn.training.runs.owner import PROC
from tests.conftest import ROOT
from tests.training.alive import is_learning, kill, pids_of, state, wait_for


def stat(pid):
    """State and parent of a process; None where there is none."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        return fields[0], int(fields[1])
    except (OSError, IndexError):
        return None


def is_over(pid):
    return stat(pid) is None


def children_of(pid):
    numbers = (int(p.name) for p in PROC.iterdir() if p.name.isdigit())
    return {number for number in numbers if (found := stat(number)) and found[1] == pid}


@pytest.fixture(scope="module", autouse=True)
def _one_for_all():
    yield
    runner.stop()


@pytest.fixture
def mother(monkeypatch, config, runs):
    """The number of a warm process that is loaded."""
    monkeypatch.setenv("MEDRNN_WARM", "1")
    pid = runner.warm()
    assert runner.is_ready(60)
    yield pid
    for run in processes.list_runs():
        for number in pids_of(runs / run.id) if run.is_live else ():
            os.kill(number, signal.SIGKILL)


def is_born_by(run_id, runs, mother):
    (pid,) = wait_for(lambda: pids_of(runs / run_id))
    return stat(pid)[1] == mother


def told(run_id, runs):
    lines = (runs / run_id / "events.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture
def one_core():
    """What is started here computes with one thread, whatever would be faster."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    runner.stop()
    yield
    os.sched_setaffinity(0, before)
    runner.stop()


def test_it_learns_far_sooner_and_the_same_as_one_started_by_itself(one_core, mother, config, runs):
    config = replace(config, epochs=3, average="ema", augment="light")

    def begun():
        """A run that has ended, and how long its first figures took."""
        pressed = time.time()
        run_id = processes.start_run(config)
        assert state(run_id, "finished", "failed", "died").state == "finished"
        return run_id, next(e["time"] for e in told(run_id, runs) if e["kind"] == "step") - pressed

    born, wait = min((begun() for _ in range(3)), key=lambda one: one[1])
    runner.stop()
    alone, cold = begun()
    assert wait < cold / 2
    figures = [
        [
            {n: v for n, v in e.items() if n not in ("time", "elapsed_s", "images_per_s")}
            for e in told(one, runs)
        ]
        for one in (born, alone)
    ]
    assert figures[0] == figures[1]
    assert find_card(born).digest == find_card(alone).digest
    assert find_card(born).novelty == find_card(alone).novelty


def test_a_run_outlives_it_and_the_next_is_started_without_it(mother, config, runs):
    first = processes.start_run(replace(config, epochs=1000))
    assert is_born_by(first, runs, mother)
    wait_for(lambda: is_learning(first))
    os.kill(mother, signal.SIGKILL)
    step = processes.read_run(first).told.steps[-1].step
    wait_for(lambda: processes.read_run(first).told.steps[-1].step > step)
    processes.stop_run(first)
    assert state(first, "stopped", "failed", "died").state == "stopped"
    second = processes.start_run(replace(config, epochs=1))
    assert state(second, "finished", "failed", "died").state == "finished"
    assert [event["kind"] for event in told(second, runs)].count("started") == 1
    again = runner.warm()
    assert again not in (None, mother) and not is_over(again)


def test_killed_a_run_that_it_bore_has_died_and_leaves_no_zombie(mother, config, runs):
    first = processes.start_run(replace(config, epochs=1000))
    wait_for(lambda: is_learning(first))
    pid = kill(runs / first)
    assert state(first, "died")
    wait_for(lambda: is_over(pid))
    assert children_of(mother) == set()
    assert processes.resume_run(first) == first
    assert is_born_by(first, runs, mother)
    wait_for(lambda: "resumed" in [event["kind"] for event in told(first, runs)])
    processes.stop_run(first)
    assert state(first, "stopped", "failed", "died").state == "stopped"
    processes.delete_run(first)


def test_each_is_in_a_session_of_its_own_and_holds_nothing_of_the_line(mother, config, runs):
    first = processes.start_run(replace(config, epochs=1000))
    wait_for(lambda: is_learning(first))
    (pid,) = pids_of(runs / first)
    assert os.getsid(pid) == pid
    links = [str(one.readlink()) for one in (PROC / str(pid) / "fd").iterdir()]
    assert not [one for one in links if one.startswith(("socket:", "pipe:"))]
    assert sum(one.endswith("log.txt") for one in links) == 2


def test_who_waits_is_started_without_torch(mother, config, runs):
    first, second = (processes.start_run(replace(config, epochs=1000)) for _ in range(2))
    assert is_born_by(first, runs, mother)
    assert state(second, "waiting")
    (pid,) = pids_of(runs / second)
    assert stat(pid)[1] != mother and b"runs.child" in (PROC / str(pid) / "cmdline").read_bytes()


def test_without_its_go_a_child_does_nothing(mother, config, runs):
    with claim(runs / "mine", config) as run:
        heard, go = os.pipe()
        with (runs / "mine" / "log.txt").open("w") as log:
            born = runner._warm.ask(runner._order(run, "cpu", False), [run.lock, log.fileno(), heard])
        os.close(go)
        os.close(heard)
        wait_for(lambda: is_over(born.pid))
        assert not (runs / "mine" / "events.jsonl").exists() and not (runs / "mine" / "process.json").exists()
    assert processes.read_run("mine").state == "died"  # nobody holds its lock any more


def test_a_line_that_gives_no_answer_is_given_up(mother, config, runs, monkeypatch):
    """The process is stopped, so it hears nothing; the run begins without it, once."""
    monkeypatch.setattr(runner, "ANSWER_S", 0.5)
    os.kill(pid := mother, signal.SIGSTOP)
    run_id = processes.start_run(replace(config, epochs=1))
    assert state(run_id, "finished", "failed", "died").state == "finished"
    assert [event["kind"] for event in told(run_id, runs)].count("started") == 1
    assert is_over(pid)


def test_while_it_loads_a_run_does_not_wait_long_for_it(config, runs, monkeypatch):
    monkeypatch.setenv("MEDRNN_WARM", "1")
    monkeypatch.setattr(runner, "READY_S", 0.1)
    runner.stop()
    pid = runner.warm()
    run_id = processes.start_run(replace(config, epochs=1))
    assert state(run_id, "finished", "failed", "died").state == "finished"
    assert runner.warm() == pid  # it goes on loading


def test_it_ends_with_the_server_and_the_run_goes_on(config, runs, tmp_path):
    code = """
import sys
from pathlib import Path
from medrnn.training.run import load_config
from medrnn.training.runs import processes, runner
pid = runner.warm()
assert runner.is_ready(60)
print(pid, processes.start_run(load_config(Path(sys.argv[1]))), flush=True)
sys.stdin.read()
"""
    (tmp_path / "c.json").write_text(json.dumps(replace(config, epochs=1000).to_dict()))
    words = [sys.executable, "-c", code, str(tmp_path / "c.json")]
    environment = os.environ | {"MEDRNN_WARM": "1"}
    with subprocess.Popen(
        words, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        pid, run_id = server.stdout.readline().split()
        wait_for(lambda: is_learning(run_id))
        server.kill()
    wait_for(lambda: is_over(int(pid)), seconds=20)
    step = processes.read_run(run_id).told.steps[-1].step
    wait_for(lambda: processes.read_run(run_id).told.steps[-1].step > step)
    processes.stop_run(run_id)
    assert state(run_id, "stopped", "failed", "died").state == "stopped"


def test_where_it_is_not_wanted_there_is_none(monkeypatch):
    monkeypatch.setenv("MEDRNN_WARM", "0")
    assert runner.warm() is None
    monkeypatch.setenv("MEDRNN_WARM", "1")
    monkeypatch.setattr(runner, "IS_AVAILABLE", False)
    assert runner.warm() is None
