"""A run that dies at any touch of the disk loses nothing finished, does nothing twice, and goes on bit for bit."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from tests.conftest import ROOT

DEATHS = int(os.environ.get("MEDRNN_DEATHS", "10"))  # points that are tried; 0 for every one
CHUNK = 40


@pytest.fixture
def small(config, tmp_path):
    """Settings of a run of two epochs with all that a checkpoint has to hold."""
    config = replace(config, epochs=2, batch=48, average="ema", augment="light", keep="best")
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(config.to_dict()))
    return path


def tried(small, folder, deaths):
    words = [sys.executable, "-m", "tests.training.dying", str(small), str(folder), json.dumps(deaths)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def assert_whole(found, whole):
    assert found["states"][-1] == "finished", found
    assert set(found["states"][:-1]) <= {"died"}, found["states"]
    assert set(found["codes"]) <= {-9, 0}, found["codes"]
    for name in ("digest", "novelty", "test"):
        assert found[name] == whole[name], (name, found["deaths"])
    assert found["listed_damaged"] == {}
    kept = [event for event in found["told"] if event["kind"] != "finished"]  # the last word may be missing
    assert kept == [event for event in whole["told"] if event["kind"] != "finished"], found["deaths"]
    assert not [name for name in found["left"] if name.endswith(".part")] or found["codes"][-1] == -9


@pytest.mark.timeout(3600)
def test_dead_at_any_write_fsync_or_rename_it_goes_on_as_if_nothing_had_happened(small, tmp_path):
    (whole,) = tried(small, tmp_path / "first", [])
    touches = json.loads((tmp_path / "first" / "touches.json").read_text())
    assert {"write", "write of a file", "fsync", "replace", "unlink"} <= set(touches)
    every = list(range(1, len(touches) + 1))
    few = sorted(np.random.default_rng(DEATHS).choice(every, min(DEATHS, len(every)), replace=False).tolist())
    points = [[n] for n in (few if DEATHS else every)]
    seen = 0
    for begun in range(0, len(points), CHUNK):
        _, *found = tried(small, tmp_path / f"some-{begun}", points[begun : begun + CHUNK])
        for one in found:
            assert one["codes"][0] == -9  # it died there
            if "is_new" not in one:
                assert_whole(one, whole)
                seen += 1
    assert seen >= len(points) - 12  # of the others not even the settings were there


def test_dying_again_and_again_it_comes_to_its_end(small, tmp_path):
    rng = np.random.default_rng(1)
    lives = [rng.integers(14, 60, 4).tolist() for _ in range(2)]
    whole, *found = tried(small, tmp_path / "runs", lives)
    for one in found:
        assert one["codes"].count(-9) >= 1
        assert_whole(one, whole)
