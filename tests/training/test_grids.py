"""A cross-validation in a process of its own: its table outlives it, and it ends when asked."""

import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from medrnn.errors import ConfigError
from medrnn.training.grid import grid
from medrnn.training.runs import grids
from medrnn.training.runs.grids import known_grids, read_grid, settings_of, start_grid, stop_grid
from tests.training.alive import wait_for


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDRNN_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


def ended(grid_id):
    return wait_for(lambda: not read_grid(grid_id).is_live and read_grid(grid_id))


def test_its_table_is_that_of_the_function(folder, config, data):
    config = replace(config, epochs=1)
    grid_id = start_grid(config, {"width": [4, 6]}, 3)
    assert known_grids() == {grid_id} and settings_of(grid_id) == config
    found = ended(grid_id)
    wanted = [step.row for step in grid(config, data, {"width": [4, 6]}, 3) if step.row]
    assert found.message == "" and (found.written.done, found.written.total) == (6, 6)
    assert [row.values for row in found.written.rows] == [{"width": 4}, {"width": 6}]
    for row, expected in zip(found.written.rows, wanted, strict=True):
        assert (
            row.accuracy == pytest.approx(expected.accuracy, abs=1e-9)
            and row.parameters == expected.parameters
        )
        assert row.mean == pytest.approx(expected.mean)
    assert found.written.chosen in ({"width": 4}, {"width": 6})


def test_one_at_a_time_and_a_stop_keeps_what_is_done(folder, config):
    grid_id = start_grid(replace(config, epochs=30), {"width": [4, 5, 6, 7]}, 3)
    with pytest.raises(ConfigError, match="one cross-validation at a time"):
        start_grid(config, {"width": [4]}, 3)
    wait_for(lambda: read_grid(grid_id).written.done)
    stop_grid(grid_id)
    assert read_grid(grid_id).is_stopping
    found = ended(grid_id)
    assert 0 < found.written.done < found.written.total == 12 and found.message == ""


def test_one_that_is_killed_says_so_and_keeps_its_table(folder, config):
    grid_id = start_grid(replace(config, epochs=30), {"width": [4, 5, 6, 7]}, 3)
    wait_for(lambda: read_grid(grid_id).written.rows)
    (pid,) = [
        int(name)
        for name in (one.name for one in Path("/proc").iterdir())
        if name.isdigit() and grid_id in command(name) and "--grid" in command(name)
    ]
    os.kill(pid, signal.SIGKILL)
    found = ended(grid_id)
    assert "ended before it was done" in found.message and found.written.rows


def command(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def test_what_is_wrong_is_said_with_its_reason(folder, config):
    grid_id = start_grid(config, {"width": [0]}, 3)
    assert "width: expected a number from 1" in ended(grid_id).message


@pytest.mark.parametrize("name", ["", "..", "x" * 22, "../../../../etc/passwd"])
def test_an_unknown_one_is_a_sentence(folder, name):
    with pytest.raises(ConfigError, match="this one is gone"):
        read_grid(name)


def test_a_damaged_table_is_a_sentence(folder, config):
    grid_id = start_grid(replace(config, epochs=1), {"width": [4]}, 3)
    ended(grid_id)
    (folder / ".grids" / grid_id / grids.FILE).write_text(json.dumps({"done": "many"}))
    with pytest.raises(LookupError, match="grid.json"):
        read_grid(grid_id)
