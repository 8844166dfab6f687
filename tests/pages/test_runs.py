"""Runs and Train: every state of a run is said in words, nothing on disk turns a page red, delete asks once."""

import json
from contextlib import ExitStack
from dataclasses import replace

import pytest

from medrnn.training.run import train
from medrnn.training.runs import processes, queue
from medrnn.training.runs.begin import claim
from medrnn.ui.state import KEY
from tests.pages.test_pages import assert_header, loaded, visit
from tests.training.alive import is_learning, kill, state, wait_for
from tests.training.conftest import config, data, npz  # noqa: F401  fixtures
from tests.training.test_damaged import CASES, STARTED, WHOLE, write

PAGES = ("runs", "train", "models", "open")
LINES = [json.dumps(event) for event in WHOLE]


def look(page, run_id):
    """A page of somebody who has looked at that run."""
    return visit(page, loaded(run=run_id))


def said(at):
    """All words of a page, also those of tables."""
    tables = [frame.value.to_string() for frame in at.dataframe]
    kinds = (at.markdown, at.error, at.warning, at.info, at.caption, at.success, at.code, at.json)
    return "\n".join([*tables, *(str(e.value) for kind in kinds for e in kind)])


def press(at, label):
    next(b for b in at.button if b.label == label).click()
    return at.run()


@pytest.mark.parametrize(
    "name", ["no object", "NaN", "an epoch without val_loss", "the year 9999999", "deep"]
)
def test_a_damaged_run_is_listed_with_the_reason_and_can_be_deleted(config, runs, name):  # noqa: F811
    write(runs / "bad", config, LINES[0], CASES[name])
    write(runs / "good", config, *LINES)
    for page in PAGES:
        at = look(page, "bad")
        assert not at.exception
        assert_header(at, page)
    at = look("runs", "bad")
    assert "Line 2 of events.jsonl cannot be read" in at.error[0].value
    assert list(at.dataframe[0].value["State"]) == ["finished", "damaged"]
    press(at, "Delete the run")
    assert not at.exception and not at.error
    assert [run.id for run in processes.list_runs()] == ["good"]
    assert list(at.dataframe[0].value["Run"]) == ["good"]
    assert at.query_params["run"] == "good"


def test_a_link_a_file_a_folder_in_its_place_turn_no_page_red(config, runs, tmp_path):  # noqa: F811
    write(runs / "pipe", config, *LINES)
    (runs / "pipe" / "request.json").unlink()
    (runs / "pipe" / "request.json").mkdir()
    (runs / "link").symlink_to(tmp_path)
    (runs / "lonely").mkdir()
    (runs / "lonely" / "process.json").write_text("[1]")
    for page in PAGES:
        for run_id in ("pipe", "link", "lonely"):
            assert not look(page, run_id).exception
    assert list(visit("runs").dataframe[0].value["State"]) == ["damaged"] * 3


@pytest.mark.parametrize("run_id", ["nothing", "x" * 256, "../runs", "a\0b", "²"])
def test_a_run_that_is_not_there_is_a_sentence(runs, run_id):
    at = look("train", run_id)
    assert not at.exception
    assert "Expected the id of a run" in at.error[0].value


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"kind": "waiting", "time": 1}, "ended before it could finish"),
        ({"kind": "failed", "time": 1, "message": "The reason."}, "The reason."),
        ({"kind": "stopped", "time": 1, "epoch": 0, "step": 0}, "stopped before its first batch"),
    ],
)
def test_a_run_that_came_to_nothing_says_why_and_offers_delete(config, runs, event, words):  # noqa: F811
    write(runs / "mine", config, json.dumps(event))
    for page in ("runs", "train"):
        at = look(page, "mine")
        assert not at.exception
        assert words in said(at)
        assert any(b.label == "Delete the run" for b in at.button)
    at = press(look("train", "mine"), "Delete the run")
    assert not at.exception and not at.error and at.session_state[KEY].run == ""
    assert processes.list_runs() == []


def test_a_run_that_waits_says_how_many_come_first_and_stops_at_a_press(config, runs):  # noqa: F811
    with ExitStack() as stack:
        for name in ("first", "second", "third"):
            stack.enter_context(claim(runs / name, config))
            with queue.joining("cpu") as join:
                join(name)
        for name, words in (("second", "Waiting: 1 run before it"), ("third", "Waiting: 2 runs before it")):
            at = look("train", name)
            assert not at.exception
            assert at.get("progress")[0].proto.text == words
            assert not any(b.label == "Delete the run" for b in at.button)
        press(at, "Stop the run")
        assert not at.exception and not at.error
        assert (runs / "third" / "stop").exists()
        assert [processes.read_run(name).state for name in ("first", "third")] == ["starting", "stopping"]


def test_where_no_run_can_begin_the_press_is_a_sentence(runs):
    runs.write_text("a file where the folder should be")
    at = press(visit("train"), "Start training")
    assert not at.exception
    assert "Expected a place to write the run" in at.error[0].value
    assert not visit("runs").exception


def test_the_place_of_own_data_is_on_no_page(config, runs, tmp_path):  # noqa: F811
    list(train(replace(config, epochs=1), runs / "mine"))
    write(runs / "bad", config, json.dumps(STARTED))
    (runs / "bad" / "events.jsonl").write_text(
        json.dumps({"kind": "failed", "time": 1, "message": f"Expected images, got {config.data!r}."}) + "\n"
    )
    for page in ("runs", "train", "models"):
        for run_id in ("mine", "bad"):
            at = look(page, run_id)
            assert not at.exception
            assert str(tmp_path) not in said(at) and "bars.npz" not in said(at)
    assert "Expected images, got 'own data'." in said(look("runs", "bad"))


def test_a_run_that_died_goes_on_at_a_press(config, runs):  # noqa: F811
    run_id = processes.start_run(replace(config, epochs=150))
    wait_for(lambda: is_learning(run_id))
    kill(runs / run_id)
    assert state(run_id, "died")
    at = press(look("train", run_id), "Resume the run")
    assert not at.exception and [one.value for one in at.error] == []
    assert state(run_id, "finished", "failed").state == "finished"
    at = look("train", run_id)
    assert "On the test split" in said(at)
    assert not any(b.label == "Resume the run" for b in at.button)
