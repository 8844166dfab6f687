"""Run folders: what they hold, what they refuse, and that a run lives in a process of its own."""

import json
import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from medrnn.datasets import load_dataset
from medrnn.errors import CatalogError, ConfigError, DataError
from medrnn.evaluation.evaluate import evaluate
from medrnn.models.catalog import find_card, list_cards, load_model, load_novelty
from medrnn.training.run import new_run, train
from medrnn.training.runs import processes
from medrnn.training.runs.begin import claim
from medrnn.training.seeds import train_seeds


def test_a_run_leaves_settings_events_weights_and_card(config, tmp_path):
    out = tmp_path / "made"
    events = list(train(config, out, command="make it"))
    assert [events[0].kind, events[-1].kind] == ["started", "finished"]
    lines = [json.loads(line) for line in (out / "events.jsonl").read_text().splitlines()]
    assert [line["kind"] for line in lines] == [event.kind for event in events]
    card = find_card(out)
    assert (card.id, card.classes, card.command) == ("made", ("class 0", "class 1"), "make it")
    assert card.config == replace(config, data=card.data["name"])
    assert card.parameters == sum(p.numel() for p in load_model(out).parameters())
    assert load_novelty(card).threshold > -100


def test_a_card_of_a_set_that_is_not_shipped_names_no_place(config, tmp_path):
    list(train(replace(config, epochs=1), tmp_path / "made"))
    text = (tmp_path / "made" / "card.json").read_text()
    assert "bars" not in text and str(tmp_path) not in text
    name = find_card(tmp_path / "made").data["name"]
    assert name == f"own-{load_dataset(config.data).digest[:12]}"
    moved = Path(config.data).rename(tmp_path / "renamed.npz")
    list(train(replace(config, data=str(moved), epochs=1), tmp_path / "again"))
    assert find_card(tmp_path / "again").data["name"] == name


def test_the_cards_figures_are_those_that_evaluate_prints(config, tmp_path):
    list(train(config, tmp_path / "made"))
    found, card = evaluate(tmp_path / "made", config.data), find_card(tmp_path / "made")
    assert found["accuracy"] == card.metrics["test"]["accuracy"] > 0.9
    assert found["loss"] == pytest.approx(card.metrics["test"]["loss"], abs=1e-6)
    assert found["intervals"] == card.metrics["test"]["intervals"]


def test_a_run_says_how_sure_it_is(config, tmp_path):
    """30 validation images a class are enough for prediction sets."""
    list(train(config, tmp_path / "made"))
    sure = find_card(tmp_path / "made").sure
    assert sure["val"] == [30, 30] and sum(one["count"] for one in sure["bins"]) == 60
    assert [one["test_count"] for one in sure["sets"]["classes"]] == [30, 30]
    assert sure["temperature"]["folds"] == 5


def test_classes_and_features_follow_from_the_data_and_the_reading(config, tmp_path):
    config = replace(config, model=replace(config.model, classes=7, features=99), epochs=1)
    list(train(config, tmp_path / "made"))
    assert (
        find_card(tmp_path / "made").config.model.classes,
        load_model(tmp_path / "made").rnn.input_size,
    ) == (2, 8)


def test_a_finished_run_is_not_written_over(config, tmp_path):
    list(train(replace(config, epochs=1), tmp_path / "made"))
    with pytest.raises(ConfigError, match="already holds a finished run"):
        list(train(config, tmp_path / "made"))


def test_data_that_is_not_there_is_one_sentence_and_a_failed_event(config, tmp_path):
    with pytest.raises(DataError, match="got 'nowhere'"):
        list(train(replace(config, data="nowhere"), tmp_path / "made"))
    assert json.loads((tmp_path / "made" / "events.jsonl").read_text())["kind"] == "failed"


def test_weights_that_are_not_the_cards_are_refused(config, tmp_path):
    list(train(replace(config, epochs=1), tmp_path / "made"))
    path = tmp_path / "made" / "model.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(CatalogError, match="SHA-256 differs"):
        load_model(tmp_path / "made")


def test_several_seeds_stand_in_one_card(config, tmp_path):
    list(train_seeds(replace(config, epochs=1), tmp_path / "made", [5, 6]))
    card = find_card(tmp_path / "made")
    assert [row["seed"] for row in card.metrics["seeds"]] == [5, 6]
    assert card.config.seed == 5
    figures = [row["test"]["accuracy"] for row in card.metrics["seeds"]]
    assert card.metrics["mean"]["accuracy"] == pytest.approx(sum(figures) / 2)
    assert card.metrics["test"] == card.metrics["seeds"][0]["test"]
    assert [f.name for f in tmp_path.iterdir() if f.is_dir()] == ["made"]


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


def state(run_id, *wanted):
    return wait_for(lambda: (run := processes.read_run(run_id)).state in wanted and run)


def test_a_run_in_a_process_of_its_own_ends_in_the_catalogue(config, runs):
    run_id = processes.start_run(replace(config, epochs=3))
    run = state(run_id, "finished", "failed", "died")
    assert run.state == "finished"
    assert len([e for e in run.events if e["kind"] == "epoch"]) == 3
    assert run_id in list_cards()
    assert [r.id for r in processes.list_runs()] == [run_id]


def test_a_run_that_begins_or_ends_while_it_is_read_has_not_died(config, runs):
    names, seen = [f"quick-{k}" for k in range(400)], set()

    def live():
        for name in names:
            with claim(runs / name, config) as run:
                run.tell("started", {"device": "cpu", "seed": 0, "train": 1, "val": 1, "test": 1})
                run.tell("finished", {"elapsed_s": 1, "n": 1, "accuracy": 1, "auc": None, "loss": 0})

    def look(name):
        try:
            return processes.read_run(name).state
        except ConfigError:
            return "not there yet"

    thread = threading.Thread(target=live)
    thread.start()
    for name in names:
        while (now := look(name)) not in ("finished", "died", "damaged"):
            seen.add(now)
        seen.add(now)
    thread.join()
    assert {"starting", "finished"} <= seen <= {"not there yet", "starting", "running", "finished"}


def test_a_run_can_be_stopped_and_keeps_what_it_learned(config, runs):
    run_id = processes.start_run(replace(config, epochs=1000))
    wait_for(lambda: any(e["kind"] == "step" for e in processes.read_run(run_id).events))
    assert processes.read_run(run_id).is_live
    processes.stop_run(run_id)
    assert state(run_id, "stopped", "failed", "died").state == "stopped"
    assert find_card(runs / run_id).metrics["stopped"]


def test_a_killed_process_is_told_apart_from_a_living_one(config, runs):
    run_id = processes.start_run(replace(config, epochs=1000))
    wait_for(lambda: any(e["kind"] == "step" for e in processes.read_run(run_id).events))
    needle = str(runs / run_id).encode()
    mine = [int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit() and needle in _command_line(p)]
    assert len(mine) == 1
    os.kill(mine[0], signal.SIGKILL)
    assert state(run_id, "died").state == "died"


def _command_line(process):
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


def test_a_second_run_waits_for_the_first_on_its_device(config, runs):
    first = processes.start_run(replace(config, epochs=1000))
    wait_for(lambda: any(e["kind"] == "step" for e in processes.read_run(first).events))
    second = processes.start_run(replace(config, epochs=1))
    assert state(second, "waiting").state == "waiting"
    processes.stop_run(first)
    assert state(second, "finished", "failed", "died").state == "finished"


@pytest.mark.parametrize("name", ["", "..", "../elsewhere", "nothing", ".cpu.lock"])
def test_only_folders_among_the_runs_are_runs(runs, name):
    runs.mkdir()
    with pytest.raises(ConfigError, match="Expected the id of a run"):
        processes.read_run(name)


def test_run_ids_sort_by_time_and_do_not_meet(config):
    ids = {new_run(config).name for _ in range(20)}
    assert len(ids) == 20


@pytest.mark.parametrize(
    ("licence", "said"),
    [
        ("not stated", "trained on data whose licence is not stated"),
        ("CC BY 4.0", "trained on data under CC BY 4.0"),
    ],
)
def test_a_card_says_the_licence_of_its_data_or_that_none_is_stated(config, data, runs, licence, said):
    list(train(config, runs / "x", data=replace(data, licence=licence)))
    assert find_card(runs / "x").licence == f"Apache-2.0; {said}"
