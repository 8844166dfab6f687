"""Threads are measured on the run's own batch, change nothing else, and are said wherever the run is made again."""

import os
import shlex
import subprocess
import sys
from dataclasses import replace

import pytest
import torch

from medrnn.models.networks import build_network
from medrnn.training import threads as module
from medrnn.training.again import with_threads
from medrnn.training.run import fit_config, train
from medrnn.training.threads import candidates, choose_threads
from tests.conftest import ROOT


@pytest.fixture(autouse=True)
def as_before():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("times", [(1.0, 0.95), (1.0, 0.5)], ids=["hardly faster", "twice as fast"])
def test_more_threads_are_taken_only_where_they_are_worth_it(times, data, config, monkeypatch):
    monkeypatch.setattr(module, "candidates", lambda: [1, 2])
    slow = iter(times)
    monkeypatch.setattr(module, "_seconds", lambda *_: next(slow))
    config = fit_config(config, data)
    found = choose_threads(build_network(config.model, config.reading), data, config)
    assert found == torch.get_num_threads() == (2 if times[1] < 0.9 else 1)


def test_the_network_and_the_generator_are_left_as_they_were(data, config):
    config = fit_config(config, data)
    model = build_network(config.model, config.reading)
    before, state = {k: v.clone() for k, v in model.state_dict().items()}, torch.get_rng_state()
    assert choose_threads(model, data, config) in candidates()
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert all(one.grad is None for one in model.parameters())


def test_a_run_says_its_threads_and_its_line_holds_them(data, config, tmp_path):
    line = "python -m medrnn train --config runs/x/config.json --out runs/x"
    events = list(train(config, tmp_path / "x", command=line, data=data, threads=None))
    said = events[0].data["threads"]
    assert said in candidates()
    from medrnn.models.cards import read_card

    words = shlex.split(read_card(tmp_path / "x").command)
    assert words[words.index("--threads") + 1] == str(said) and words[-2:] == ["--out", "runs/x"]


def test_measured_threads_give_the_same_bits_as_fixed_ones(data, config, tmp_path, monkeypatch):
    """The line that a run prints fixes the threads; orthogonal weights of this size differ by them in the last bits."""
    monkeypatch.setattr(module, "candidates", lambda: [1])
    config = replace(config, model=replace(config.model, width=128, init="good"), epochs=1, steps=6)
    losses = []
    for k, threads in enumerate((None, 1)):
        torch.set_num_threads(os.cpu_count() or 1)  # as a process begins
        events = train(config, tmp_path / str(k), data=data, threads=threads)
        losses.append([event.data["loss"] for event in events if event.kind == "step"])
    assert losses[0] == losses[1]


@pytest.mark.parametrize("line", ["", "make it again", "python -m medrnn train --threads 3 --out runs/x"])
def test_a_line_that_has_no_place_for_them_stays(line):
    assert with_threads(line, 2) == line


@pytest.mark.parametrize(("given", "wanted"), [(None, "PASSIVE"), ("ACTIVE", "ACTIVE")])
def test_threads_that_wait_sleep_unless_somebody_says_otherwise(given, wanted):
    code = (
        "import os; from medrnn.training.runs.openmp import sleep_while_waiting; sleep_while_waiting();"
        "print(os.environ['OMP_WAIT_POLICY'])"
    )
    env = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    env |= {"OMP_WAIT_POLICY": given} if given else {}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == wanted
