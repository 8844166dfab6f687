"""Whatever stands in a run's folder, reading it raises nothing: a damaged run says why, and can be deleted."""

import json
import os
from pathlib import Path

import pytest

from medrnn.training.runs import processes
from medrnn.training.runs.begin import claim
from medrnn.training.runs.journal import MOST_BYTES
from medrnn.training.runs.states import forget

NOW = 1_700_000_000
STARTED = {"kind": "started", "time": NOW, "device": "cpu", "seed": 0, "train": 9, "val": 9, "test": 9}
STEP = {
    **{"kind": "step", "time": NOW, "epoch": 1, "step": 1, "steps": 2},
    **{"loss": 0.5, "accuracy": 0.5, "elapsed_s": 1},
}
EPOCH = {
    **{"kind": "epoch", "time": NOW, "epoch": 1, "epochs": 1, "step": 2},
    **{"val_loss": 0.5, "val_accuracy": 0.5, "val_auc": None, "elapsed_s": 1},
}
FINISHED = {
    **{"kind": "finished", "time": NOW, "elapsed_s": 1, "n": 9},
    **{"accuracy": 0.5, "auc": 0.5, "loss": 0.5, "intervals": {"accuracy": [0, 1], "auc": None}},
}
FAILED = {"kind": "failed", "time": NOW, "message": "No."}
WHOLE = (STARTED, STEP, EPOCH, FINISHED)
CASES = {
    "no object": "[1]",
    "no JSON": "{",
    "nothing": "",
    "null": "null",
    "no text": b"\xff\xfe",
    "deep": "[" * 100_000,
    "NaN": json.dumps(STEP | {"loss": float("nan")}),
    "infinite": json.dumps(STEP | {"loss": float("inf")}),
    "6,000 digits": json.dumps(STEP).replace('"step": 1', '"step": ' + "9" * 6000),
    "a step of none": json.dumps(STEP | {"steps": 0}),
    "a step beyond the last": json.dumps(STEP | {"step": 3}),
    "text for a number": json.dumps(STEP | {"loss": "low"}),
    "a truth for a number": json.dumps(STEP | {"epoch": True}),
    "the year 9999999": json.dumps(STEP | {"time": 3e14}),
    "no time": json.dumps({k: v for k, v in STEP.items() if k != "time"}),
    "time before 1970": json.dumps(STEP | {"time": -1}),
    "an accuracy of 2": json.dumps(EPOCH | {"val_accuracy": 2}),
    "an epoch without val_loss": json.dumps({k: v for k, v in EPOCH.items() if k != "val_loss"}),
    "an epoch without step": json.dumps({k: v for k, v in EPOCH.items() if k != "step"}),
    "a message of numbers": json.dumps(FAILED | {"message": [1]}),
    "a message without end": json.dumps(FAILED | {"message": "x" * 5000}),
    "an unknown kind": json.dumps(STEP | {"kind": "dance"}),
    "a kind of numbers": json.dumps(STEP | {"kind": 1}),
    "stopped without a step": json.dumps({"kind": "stopped", "time": NOW}),
    "finished without figures": json.dumps({"kind": "finished", "time": NOW, "elapsed_s": 1}),
    "intervals of text": json.dumps(FINISHED | {"intervals": {"auc": ["a", "b"]}}),
}


def write(folder, config, *lines):
    """A run that ended, with these lines as its events."""
    with claim(folder, config):
        pass
    raw = [line if isinstance(line, bytes) else str(line).encode() for line in lines]
    (folder / "events.jsonl").write_bytes(b"".join(line + b"\n" for line in raw))


def only():
    (run,) = processes.list_runs()
    assert run == processes.read_run(run.id)
    return run


def test_a_whole_run_is_read(config, runs):
    write(runs / "a", config, *map(json.dumps, WHOLE))
    assert (only().state, only().config) == ("finished", config)
    assert [e["kind"] for e in only().events] == ["started", "step", "epoch", "finished"]


@pytest.mark.parametrize("at", [0, 1, 4])
@pytest.mark.parametrize("name", CASES)
def test_a_wrong_line_makes_a_run_damaged_wherever_it_stands(config, runs, name, at):
    lines = [json.dumps(event) for event in WHOLE]
    write(runs / "a", config, *lines[:at], CASES[name], *lines[at:])
    run = only()
    assert (run.state, run.config, run.is_live) == ("damaged", None, False)
    assert f"Line {at + 1} of events.jsonl cannot be read" in run.reason and "\n" not in run.reason
    assert len(run.reason) < 400
    processes.delete_run("a")
    assert processes.list_runs() == []


def fifo(path: Path) -> None:
    os.mkfifo(path)


def link(path: Path) -> None:
    path.symlink_to("/etc/passwd")


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(6 << 30)


FILES = {
    "directory": (Path.mkdir, "plain file"),
    "pipe": (fifo, "plain file"),
    "link": (link, "it is a link"),
    "sparse": (sparse, "holds 6,442,450,944"),
    "array": (lambda path: path.write_text("[1]\n"), "Expected `object`"),
    "numbers": (lambda path: path.write_text('{"pid": 1e400, "epochs": "many", "kind": 5}\n'), ""),
    "no text": (lambda path: path.write_bytes(b"\xff\xff\n"), ""),
}


@pytest.mark.parametrize("file", ["events.jsonl", "config.json", "request.json", "process.json"])
@pytest.mark.parametrize("kind", FILES)
def test_what_is_no_file_of_a_run_is_not_opened_and_makes_it_damaged(config, runs, file, kind):
    make, reason = FILES[kind]
    write(runs / "a", config, *map(json.dumps, WHOLE))
    (runs / "a" / file).unlink(missing_ok=True)
    make(runs / "a" / file)
    assert only().state == "damaged"
    assert reason in only().reason
    processes.delete_run("a")


@pytest.mark.parametrize(
    "change", [{"size": None}, {"epochs": 0}, {"model": []}, {"data": {}}, {"unheard": 1}, {"seed": "a"}]
)
def test_wrong_settings_make_it_damaged(config, runs, change):
    write(runs / "a", config, *map(json.dumps, WHOLE))
    (runs / "a" / "config.json").write_text(json.dumps(config.to_dict() | change))
    assert only().state == "damaged" and "config.json" in only().reason


def test_a_started_run_without_settings_is_damaged(config, runs):
    write(runs / "a", config, *map(json.dumps, WHOLE))
    (runs / "a" / "request.json").unlink()
    assert only().reason == "Its settings are missing."


@pytest.mark.parametrize("make", [fifo, link, Path.mkdir, lambda path: path.write_text("x")])
def test_anything_in_place_of_the_lock_is_nobodys(config, runs, make):
    write(runs / "a", config, json.dumps(STARTED))
    (runs / "a" / "lock").unlink()
    make(runs / "a" / "lock")
    assert only().state == "died"


def test_a_damaged_run_that_goes_on_can_be_stopped_and_not_deleted(config, runs):
    with claim(runs / "a", config) as run:
        (run.path / "events.jsonl").write_text("[1]\n")
        assert (only().state, only().is_live) == ("damaged", True)
        processes.stop_run("a")
        assert run.is_asked_to_stop()


def test_too_much_told_is_refused(config, runs):
    write(runs / "a", config, "{" * (MOST_BYTES + 1))
    assert "Expected at most" in only().reason


def test_what_is_no_run_is_not_listed(runs):
    for name in ("empty", "other", ".hidden", "b\udcffd"):
        (runs / name).mkdir(parents=True)
    (runs / "other" / "notes.txt").write_text("x")
    (runs / "b\udcffd" / "lock").touch()
    (runs / "file").write_text("x")
    os.mkfifo(runs / "pipe")
    assert processes.list_runs() == []


def test_what_is_no_file_costs_no_open_file(config, runs):
    write(runs / "a", config, *map(json.dumps, WHOLE))
    (runs / "a" / "config.json").mkdir()
    os.mkfifo(runs / "a" / "process.json")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        forget(runs / "a")
        assert only().state == "damaged"
    assert len(list(Path("/proc/self/fd").iterdir())) == before
