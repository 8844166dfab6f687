"""``runs list`` and ``runs export``: what they say, and what MLflow then holds, where it is installed."""

import importlib.util
import json
from dataclasses import replace

import pytest

from medrnn.__main__ import main
from medrnn.models.catalog import find_card, private_id
from medrnn.training.run import train
from medrnn.training.runs import processes
from medrnn.training.tracking import flat, points
from tests.training.conftest import config, data, npz  # noqa: F401  fixtures

HAS_MLFLOW = importlib.util.find_spec("mlflow") is not None


@pytest.fixture
def made(config, data, runs):  # noqa: F811
    list(train(replace(config, epochs=2), runs / "mine", data=data))
    list(train(replace(config, epochs=1), runs / private_id(), data=data))
    processes.label_run("mine", "The first", "a note")
    return runs / "mine"


def said(capsys, *words):
    code = main(list(words))
    found = capsys.readouterr()
    return code, found.out, found.err


def test_the_list_holds_what_people_wrote_and_no_private_run(made, capsys):
    code, out, _ = said(capsys, "runs", "list", "--json")
    (run,) = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert run == {
        **{"id": "mine", "state": "finished", "title": "The first", "note": "a note"},
        **{"data": "own data", "steps": 20, "reason": ""},
    }


def test_settings_become_one_level_and_curves_points(made):
    assert flat({"a": 1, "b": {"c": {"d": "x"}, "e": None}}) == {"a": "1", "b.c.d": "x", "b.e": "None"}
    events = [json.loads(line) for line in (made / "events.jsonl").read_text().splitlines()]
    losses = [(e["loss"], int(1000 * e["time"]), e["step"]) for e in events if e["kind"] == "step"]
    assert [point[1:] for point in points(made) if point[0] == "loss/training"] == losses and losses


def test_what_is_no_run_is_a_sentence(runs, capsys):
    code, out, err = said(capsys, "runs", "export", "nothing", "--mlflow", str(runs / "ml"))
    assert (code, out) == (2, "") and "Expected the id of a run" in err


@pytest.mark.skipif(HAS_MLFLOW, reason="MLflow is installed")
def test_without_the_package_it_says_how_to_install_it(made, runs, capsys):
    code, _, err = said(capsys, "runs", "export", "mine", "--mlflow", str(runs / "ml"))
    assert code == 2 and "pip install mlflow" in err and not (runs / "ml").exists()


@pytest.mark.skipif(not HAS_MLFLOW, reason="MLflow is not installed")
@pytest.mark.filterwarnings("default")
def test_mlflow_holds_the_run(made, runs, capsys):
    from mlflow import MlflowClient

    _, out, _ = said(capsys, "runs", "export", str(made), "--mlflow", str(runs / "ml"), "--json")
    client = MlflowClient(f"sqlite:///{runs / 'ml' / 'mlflow.db'}")
    run = client.get_run(json.loads(out)["mlflow"])
    assert run.info.run_name == "The first" and run.data.params["model.width"] == "16"
    assert run.data.metrics["test/accuracy"] == find_card(made).metrics["test"]["accuracy"]
    kept = [
        (m.value, m.timestamp, m.step) for m in client.get_metric_history(run.info.run_id, "loss/training")
    ]
    assert sorted(kept, key=lambda m: m[2]) == [p[1:] for p in points(made) if p[0] == "loss/training"]
