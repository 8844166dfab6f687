"""A paused run goes on from exactly there: the same curve and the same weights as one that was never interrupted."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest
import torch

from medrnn.errors import ConfigError
from medrnn.models.catalog import find_card, runs_folder
from medrnn.training import run
from medrnn.training.checkpoint import FILE, load
from medrnn.training.resume import resume
from medrnn.training.run import train
from medrnn.training.runs import processes
from medrnn.training.runs.begin import claim, require_clean
from medrnn.training.runs.states import observe
from tests.conftest import ROOT
from tests.training.alive import is_learning, kill, state, wait_for
from tests.training.test_resume import events_of, told


def goes_on(run_id, times=1):
    """Wait until it has told so many times that it goes on."""
    folder = runs_folder() / run_id
    wait_for(lambda: [event["kind"] for event in events_of(folder)].count("resumed") >= times)


def test_paused_again_and_again_it_ends_as_if_it_never_was(config, data, runs):
    config = replace(config, epochs=60, average="ema", augment="light", keep="best")
    run_id = processes.start_run(config)
    steps = []
    for _ in range(3):
        wait_for(lambda: (made := processes.read_run(run_id).told.steps) and made[-1].step > max([0, *steps]))
        processes.pause_run(run_id)
        run = state(run_id, "paused", "failed", "died", "finished")
        if run.state == "finished":  # it was faster
            break
        assert run.state == "paused" and not run.is_live
        last = events_of(runs / run_id)[-1]
        assert (last["kind"], last["step"]) == ("paused", load(runs / run_id / FILE).place.step)
        steps.append(last["step"])
        processes.resume_run(run_id)
        goes_on(run_id, len(steps))
    assert state(run_id, "finished", "failed", "died").state == "finished"
    assert steps and steps == sorted(set(steps))
    before = torch.get_num_threads()
    threads = events_of(runs / run_id)[0]["threads"]  # measured as it began; the last bits depend on them
    list(train(config, runs / "whole", data=data, threads=threads))
    torch.set_num_threads(before)
    assert told(runs / run_id) == told(runs / "whole")
    assert find_card(run_id).digest == find_card("whole").digest
    assert not any(event["kind"] == "paused" for event in events_of(runs / run_id))


def test_in_one_process_every_moment_of_a_pause_is_exact(config, data, runs):
    config = replace(config, epochs=2)
    list(train(config, runs / "whole", data=data))
    for after in range(4):
        folder = runs / f"cut-{after}"
        events = train(config, folder, data=data)
        for _ in range(after + 1):
            next(events)
        (folder / "pause").touch()
        assert [event.kind for event in events][-1] == "paused"
        assert observe(folder).state == "paused"
        assert list(resume(folder, data=data))[-1].kind == "finished"
        assert told(folder) == told(runs / "whole") and not (folder / "pause").exists()


def test_a_pause_lasts_over_a_restart_of_the_server_and_frees_the_turn(config, runs):
    first = processes.start_run(replace(config, epochs=1000))
    second = processes.start_run(replace(config, epochs=1))
    wait_for(lambda: is_learning(first))
    code = "import sys; from medrnn.training.runs import processes; processes.pause_run(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, first], cwd=ROOT, check=True)  # another server
    assert state(first, "paused", "died", "failed").state == "paused"
    assert state(second, "finished", "died", "failed").state == "finished"
    with pytest.raises(ConfigError, match="holds a run that was paused. Delete it"):
        require_clean(runs / first)
    words = [sys.executable, "-m", "medrnn", "train", "--resume", str(runs / first)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        wait_for(lambda: processes.read_run(first).state == "running")
        processes.pause_run(first)
        said = process.communicate(timeout=120)[1].decode().splitlines()[-1]
    assert process.returncode == 2 and said.startswith(
        "error: train: the run was paused. Go on with it: --resume"
    )
    assert processes.read_run(first).state == "paused"


def test_who_waits_is_paused_at_once_and_keeps_what_it_had_learnt(config, runs):
    with claim(runs / "first", config):
        with processes.queue.joining("cpu") as join:
            join("first")
        second = processes.start_run(replace(config, epochs=3))
        assert state(second, "waiting")
        processes.pause_run(second)
        assert state(second, "paused", "failed", "died").state == "paused"
    processes.resume_run(second)
    assert state(second, "finished", "failed", "died").state == "finished"


def test_killed_while_it_pauses_it_can_be_resumed(config, runs):
    run_id = processes.start_run(replace(config, epochs=1000))
    wait_for(lambda: is_learning(run_id))
    processes.pause_run(run_id)
    kill(runs / run_id)
    assert state(run_id, "died", "paused").state in ("died", "paused")
    processes.resume_run(run_id)
    goes_on(run_id)
    processes.stop_run(run_id)
    assert state(run_id, "stopped", "failed", "died").state == "stopped"


def test_stop_wins_over_pause(config, data, runs):
    events = train(replace(config, epochs=50), runs / "mine", data=data)
    while next(events).kind != "step":
        pass
    for wish in ("pause", "stop"):
        (runs / "mine" / wish).touch()
    assert [event.kind for event in events][-1] == "finished"
    assert observe(runs / "mine").state == "stopped"


def test_ctrl_c_on_the_command_line_keeps_a_run_that_can_be_resumed(config, runs, tmp_path):
    (tmp_path / "c.json").write_text(json.dumps(replace(config, epochs=1000).to_dict()))
    words = ["-m", "medrnn", "train", "--config", str(tmp_path / "c.json"), "--out", str(runs / "mine")]
    with subprocess.Popen(
        [sys.executable, *words],
        **{"cwd": ROOT, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True},
        preexec_fn=lambda: signal.signal(
            signal.SIGINT, signal.SIG_DFL
        ),  # a shell's background jobs ignore it
    ) as process:
        wait_for(lambda: (runs / "mine").exists() and is_learning("mine"))
        os.kill(process.pid, signal.SIGINT)
        said, told_ = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, ""), told_[-2000:]
    assert told_.splitlines()[-1] == "error: interrupted" and "Traceback" not in told_
    assert told_.splitlines()[-2] == f"Go on with it: --resume {runs / 'mine'}"
    assert (processes.read_run("mine").state, processes.read_run("mine").message) == (
        "failed",
        "The run was interrupted.",
    )
    processes.resume_run("mine")
    goes_on("mine")
    processes.stop_run("mine")
    assert state("mine", "stopped", "failed", "died").state == "stopped"


@pytest.mark.parametrize("first", ["pause", "stop"])
@pytest.mark.parametrize("after", [1, 2, 3])
def test_who_stops_outranks_who_pauses(config, data, runs, first, after):
    folder = runs / "both"
    events = train(replace(config, epochs=50), folder, data=data)
    for _ in range(after):
        next(events)
    (folder / first).touch()
    (folder / ("stop" if first == "pause" else "pause")).touch()
    kinds = [event.kind for event in events]
    assert "paused" not in kinds and "stopped" in kinds and kinds[-1] == "finished"
    assert observe(folder).state == "stopped"


def test_a_stop_that_comes_while_a_pause_is_kept_is_heard(config, data, runs, monkeypatch):
    folder = runs / "both"
    kept = run.save

    def save(*found):
        kept(*found)
        if (folder / "pause").exists():
            (folder / "stop").touch()

    monkeypatch.setattr(run, "save", save)
    events = train(replace(config, epochs=50), folder, data=data)
    next(events)
    (folder / "pause").touch()
    kinds = [event.kind for event in events]
    assert "paused" not in kinds and "stopped" in kinds and kinds[-1] == "finished"
