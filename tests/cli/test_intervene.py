"""``python -m medrnn intervene`` in a process of its own."""

import json

import pytest

from tests.cli.test_cli import CHEST
from tests.cli.test_cli import run as run_medrnn

MODEL = "pneumonia-lstm-forward"


def run(*words, code=0):
    return run_medrnn("intervene", *words, "--json", code=code)


def edits(*records):
    return [word for record in records for word in ("--edit", json.dumps(record))]


def test_it_prints_the_answer_before_and_after_and_over_data():
    clamps = [{"kind": "clamp", "symbol": s, "value": 0} for s in "fi"]
    done = run(CHEST, "--model", MODEL, *edits(*clamps), "--data", "pneumoniamnist", "--limit", 30)
    record = json.loads(done.stdout)
    assert record["before"]["pneumonia"] > 0.9
    assert record["edits"] == clamps
    assert record["changed"] == (record["after"]["normal"] > record["after"]["pneumonia"])
    assert len(record["steps"]) == 28
    steps = {tuple(step["after"].values()) for step in record["steps"]}
    assert len(steps) == 1  # nothing is let in: the answer never moves
    over_data = record["over_data"]
    assert (over_data["n"], over_data["data"], over_data["split"]) == (30, "pneumoniamnist", "test")
    assert over_data["interval"][0] < over_data["share_changed"] < over_data["interval"][1]
    assert record["note"] == "Research and teaching only, not for diagnosis"


def test_without_data_only_the_file_is_read():
    record = json.loads(run(CHEST, "--model", MODEL, *edits({"kind": "blank", "steps": "0-27"})).stdout)
    assert record["over_data"] is None
    assert all(step["edited"] for step in record["steps"])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--edit", "{kind}"], "edit: expected JSON such as"),
        (["--edit", '["zero"]'], "edit: expected settings by name"),
        (edits({"kind": "clamp", "symbol": "z", "value": 0}), "symbol: LSTM: expected one of"),
        ([*edits({"kind": "zero"}), "--data", "mnist"], "Expected only classes of"),
        ([*edits({"kind": "zero"}), "--data", "pneumoniamnist", "--limit", "0"], "limit: expected"),
        ([], "--edit"),
    ],
)
def test_an_error_is_one_line_and_exit_code_2(words, sentence):
    done = run(CHEST, "--model", MODEL, *words, code=2)
    assert done.stdout == ""
    assert done.stderr.startswith("error: ") and sentence in done.stderr
    assert done.stderr.count("\n") == 1
