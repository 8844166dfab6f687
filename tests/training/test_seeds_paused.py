"""Several seeds of a recipe, of which one is paused: the others stay, and all goes on from the first one's folder."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest
import torch

from medrnn.errors import ConfigError
from medrnn.models.cards import read_card
from medrnn.training.resume import resume
from medrnn.training.run import train
from medrnn.training.runs import processes
from medrnn.training.runs.states import observe
from medrnn.training.seeds import FILE, find_several, resume_seeds, train_seeds
from tests.conftest import ROOT
from tests.training.alive import is_learning, wait_for


@pytest.fixture(autouse=True)
def _threads():
    """As many as the processes of these tests have."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def digests(folder):
    return [(row["seed"], row["digest"]) for row in read_card(folder).metrics["seeds"]]


def run(*words):
    return subprocess.run(
        [sys.executable, "-m", "medrnn", "train", *map(str, words)], cwd=ROOT, capture_output=True, text=True
    )


def test_a_seed_paused_on_the_command_line_goes_on_with_those_that_are_left(config, data, runs, tmp_path):
    config = replace(config, epochs=25)
    (tmp_path / "c.json").write_text(json.dumps(config.to_dict()))
    words = ["train", "--config", str(tmp_path / "c.json"), "--seeds", "5", "6", "7", "--threads", "1"]
    with subprocess.Popen(
        [sys.executable, "-m", "medrnn", *words, "--out", str(runs / "mine")],
        **{"cwd": ROOT, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True},
    ) as process:
        wait_for(lambda: (runs / "mine-seed6").exists() and is_learning("mine-seed6"))
        processes.pause_run("mine-seed6")
        said, told = process.communicate(timeout=120)
    assert (process.returncode, said) == (2, ""), told[-2000:]
    assert told.splitlines()[-1] == (
        "error: train: the run was paused. Go on with it and with the seeds that are left: --resume "
        f"{runs / 'mine'}"
    )
    assert (observe(runs / "mine").state, observe(runs / "mine-seed6").state) == ("finished", "paused")
    assert not (runs / "mine-seed7").exists()
    done = run("--resume", runs / "mine")
    assert done.returncode == 0, done.stderr[-2000:]
    list(train_seeds(config, runs / "whole", [5, 6, 7], data=data))
    assert json.loads(done.stdout.splitlines()[-1])["seed"] == 5
    assert digests(runs / "mine") == digests(runs / "whole") and len(set(digests(runs / "mine"))) == 3
    assert read_card(runs / "mine").metrics["mean"] == read_card(runs / "whole").metrics["mean"]
    assert read_card(runs / "mine").command.endswith("--seeds 5 6 7 --threads 1 --out runs/mine")
    assert sorted(f.name for f in runs.iterdir()) == ["mine", "whole"] and not (runs / "mine" / FILE).exists()
    assert find_several(runs / "mine") is None
    with pytest.raises(ConfigError, match="already holds a finished run"):
        list(resume(runs / "mine"))


def test_a_seed_that_was_gone_on_with_by_itself_is_taken_as_it_is(config, data, runs):
    config, left = replace(config, epochs=2), []
    for event in train_seeds(config, runs / "mine", [1, 2], data=data):
        if (runs / "mine-seed2").exists() and not left:
            (runs / "mine-seed2" / "pause").touch()
            left.append(event)
    assert event.kind == "paused" and find_several(runs / "mine").seeds == [1, 2]
    assert list(resume(runs / "mine-seed2", data=data))[-1].kind == "finished"
    digest = read_card(runs / "mine-seed2").digest
    assert list(resume_seeds(runs / "mine", data=data)) == []
    assert digests(runs / "mine")[1] == (2, digest) and not (runs / "mine-seed2").exists()


def test_the_first_seed_too_can_be_paused(config, data, runs):
    events = train_seeds(replace(config, epochs=2), runs / "mine", [1, 2], data=data)
    while next(events).kind != "step":
        pass
    (runs / "mine" / "pause").touch()
    assert list(events)[-1].kind == "paused" and not (runs / "mine-seed2").exists()
    assert list(resume_seeds(runs / "mine", data=data))[-1].kind == "finished"
    assert [seed for seed, _ in digests(runs / "mine")] == [1, 2]


def test_one_run_alone_has_no_seeds_left_and_what_is_no_list_of_seeds_is_refused(config, data, runs):
    list(train(replace(config, epochs=1), runs / "one", data=data))
    assert find_several(runs / "one") is None
    with pytest.raises(ConfigError, match="'one' holds none"):
        list(resume_seeds(runs / "one"))
    for text in ("{}", '{"seeds": [], "command": "", "threads": 1}', "["):
        (runs / "one" / FILE).write_text(text)
        with pytest.raises(ConfigError, match="Expected the seeds of a run in 'one'"):
            find_several(runs / "one")
