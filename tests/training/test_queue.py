"""Turns: first come, first served; whoever waits costs little, can be stopped or killed, and survives the server."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from medrnn.errors import ConfigError
from medrnn.models.catalog import list_cards
from medrnn.training.runs import processes, queue
from medrnn.training.runs.begin import claim
from tests.conftest import ROOT
from tests.training.alive import is_learning, kill, pids_of, state, wait_for

PRESSES = 12


@pytest.fixture
def long(config):
    return replace(config, epochs=1000)


@pytest.fixture(autouse=True)
def _nothing_goes_on(runs):
    yield
    for run in processes.list_runs():
        if run.is_live:
            kill(runs / run.id)


def resident_mb(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def press(config):
    try:
        return processes.start_run(config)
    except ConfigError as error:
        return error


def test_of_twelve_presses_at_once_one_trains_a_set_number_waits_in_order_and_the_rest_get_a_sentence(
    long, runs
):
    with ThreadPoolExecutor(PRESSES) as pool:
        found = list(pool.map(press, [long] * PRESSES))
    begun = [one for one in found if isinstance(one, str)]
    refused = [str(one) for one in found if not isinstance(one, str)]
    assert len(begun) == 1 + queue.MOST_WAITING == len(processes.list_runs())
    assert len(refused) == PRESSES - len(begun)
    assert all("at most 8 runs to wait" in sentence for sentence in refused)
    first = wait_for(lambda: next((run_id for run_id in begun if is_learning(run_id)), None))
    waiting = [run_id for run_id in begun if run_id != first]
    for run_id in waiting:
        wait_for(lambda run_id=run_id: processes.read_run(run_id).told.last)  # it has told that it waits
        (pid,) = pids_of(runs / run_id)
        assert resident_mb(pid) < 40
        assert "libtorch" not in Path(f"/proc/{pid}/maps").read_text()
    places = {run_id: processes.read_run(run_id).before for run_id in waiting}
    assert sorted(places.values()) == list(range(1, 1 + queue.MOST_WAITING))
    for run_id in waiting:
        processes.stop_run(run_id)
    for run_id in waiting:
        run = state(run_id, "stopped", "finished", "failed", "died")
        assert (run.state, run.told.steps) == ("stopped", ())
        assert not (runs / run_id / "card.json").exists()
    assert not set(waiting) & set(list_cards())
    assert processes.read_run(first).state == "running"


def test_a_killed_waiter_blocks_nobody_and_the_first_in_line_comes_first(long, config, runs):
    first = processes.start_run(long)
    second, third, fourth = (processes.start_run(replace(config, epochs=2)) for _ in range(3))
    assert [processes.read_run(run_id).before for run_id in (second, third, fourth)] == [1, 2, 3]
    wait_for(lambda: is_learning(first))
    kill(runs / second)
    assert wait_for(lambda: processes.read_run(fourth).before == 2)
    processes.stop_run(first)
    ends = [state(run_id, "finished", "failed", "died").told for run_id in (third, fourth)]
    assert [told.outcome for told in ends] == ["finished", "finished"]
    assert ends[0].last.time < ends[1].steps[0].time


def test_who_waits_goes_on_when_the_server_ends(config, runs, tmp_path):
    code = """
import json, os, signal, sys
from medrnn.training import run
from medrnn.training.runs import processes
config = run.load_config(__import__("pathlib").Path(sys.argv[1]))
from dataclasses import replace
print(processes.start_run(replace(config, epochs=1000)), processes.start_run(config), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    (tmp_path / "c.json").write_text(json.dumps(replace(config, epochs=1).to_dict()))
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "c.json")], cwd=ROOT, capture_output=True, text=True
    )
    first, second = done.stdout.split()
    assert processes.read_run(second).state == "waiting"
    wait_for(lambda: is_learning(first))
    processes.stop_run(first)
    assert state(second, "finished", "failed", "died").state == "finished"


def test_more_than_one_may_train_at_once_where_the_setting_says_so(long, runs, monkeypatch):
    monkeypatch.setenv("MEDRNN_RUNS_AT_ONCE", "2")
    ids = [processes.start_run(long) for _ in range(3)]
    assert [processes.read_run(run_id).before for run_id in ids] == [0, 0, 1]
    wait_for(lambda: is_learning(ids[0]) and is_learning(ids[1]))
    assert processes.read_run(ids[2]).state == "waiting"


@pytest.mark.parametrize("value", ["0", "-1", "many", "²", "65", "9" * 5000])
def test_a_setting_that_is_no_number_is_a_sentence(long, runs, monkeypatch, value):
    monkeypatch.setenv("MEDRNN_RUNS_AT_ONCE", value)
    with pytest.raises(ConfigError, match="MEDRNN_RUNS_AT_ONCE: expected a whole number"):
        processes.start_run(long)
    assert processes.list_runs() == []


def test_another_device_has_another_queue_and_dead_tickets_are_thrown_away(config, runs):
    for k, device in enumerate(("cpu", "cpu", "cuda:0")):
        with queue.joining(device) as join, claim(runs / f"gone-{k}", config):
            join(f"gone-{k}")
    with claim(runs / "mine", config), queue.joining("cpu") as join:
        join("mine")
        assert [t.name for t in (runs / ".queue/cpu").glob("0*")] == ["000000000001-mine"]
        assert [t.name for t in (runs / ".queue/cuda-0").glob("0*")] == ["000000000001-gone-2"]
        assert queue.runs_before("mine") == 0
    assert queue.runs_before("nobody") is None


def test_a_resumed_run_has_one_ticket_even_where_its_old_one_looked_alive(runs, config):
    """The lock of a killed process is held a moment longer than it lives; then its old ticket is still there."""
    with claim(runs / "killed", config), claim(runs / "other", config):
        for name in ("killed", "other", "killed"):  # as it began, another, as it is resumed
            with queue.joining("cpu") as join:
                join(name)
        assert queue.runs_before("other") == 0
        assert queue.runs_before("killed") == 1
