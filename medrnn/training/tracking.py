"""A run for the tracking tool MLflow, where that is installed: settings, curves and figures as it names them."""

from pathlib import Path
from typing import Any

from medrnn.datasets import shown_name
from medrnn.errors import ConfigError
from medrnn.models.catalog import find_card
from medrnn.training.runs.board import TAGS
from medrnn.training.runs.events import Epoch, Step
from medrnn.training.runs.journal import all_events
from medrnn.training.runs.states import RunState, observe

EXPERIMENT = "medrnn"
MOST_AT_ONCE = 1_000  # metrics of one request
NOT_THERE = "Expected the package mlflow, it is not installed. Install it with: pip install mlflow"


def flat(settings: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Settings within settings as one level: "model.width"."""
    found: dict[str, str] = {}
    for name, value in settings.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = str(value)
    return found


def points(folder: Path) -> list[tuple[str, float, int, int]]:
    """Every point of the curves: name, value, time in ms since 1970, step."""
    return [
        (tag, float(value), int(1000 * event.time), event.step)
        for event in all_events(folder / "events.jsonl")
        if isinstance(event, Step | Epoch)
        for name, tag in TAGS[type(event)].items()
        if (value := getattr(event, name)) is not None
    ]


def _test_figures(run: RunState, folder: Path) -> dict[str, float]:
    if run.state not in ("finished", "stopped") or not (folder / "card.json").exists():
        return {}
    test: dict[str, Any] = dict(find_card(folder).metrics["test"])
    return {
        f"test/{name}": float(test[name])
        for name in ("accuracy", "auc", "loss")
        if test.get(name) is not None
    }


def export_mlflow(folder: Path, out: Path) -> str:
    """Write a run into a folder of MLflow's, beside what is there.

    Args:
        folder: of the run.
        out: MLflow's, for ``mlflow ui --backend-store-uri sqlite:///OUT/mlflow.db``.

    Returns:
        The id that MLflow gave it.

    Raises:
        ConfigError: the run is damaged or has no settings, or MLflow is not installed.
    """
    run = observe(folder)
    if run.config is None:
        raise ConfigError(f"Expected a run with its settings in {folder.name!r}. {run.reason}".rstrip())
    try:
        from mlflow import MlflowClient
        from mlflow.entities import Metric, Param, RunTag
    except ImportError:
        raise ConfigError(NOT_THERE) from None
    out.mkdir(parents=True, exist_ok=True)
    client = MlflowClient(f"sqlite:///{(out / 'mlflow.db').absolute()}")
    known = client.get_experiment_by_name(EXPERIMENT)
    place = (out / "artifacts").absolute().as_uri()
    experiment = (
        known.experiment_id if known else client.create_experiment(EXPERIMENT, artifact_location=place)
    )
    began = int(1000 * run.told.began) if run.told.began else None
    made = client.create_run(experiment, start_time=began, run_name=run.label.title or run.id)
    settings = flat(run.config.to_dict() | {"data": shown_name(run.config.data)})
    client.log_batch(
        made.info.run_id,
        params=[Param(name, value[:500]) for name, value in settings.items()],
        tags=[RunTag("medrnn.run", run.id), RunTag("mlflow.note.content", run.label.note)],
    )
    metrics = [Metric(*point) for point in points(folder)]
    last = metrics[-1].timestamp if metrics else 0
    metrics += [Metric(name, value, last, 0) for name, value in _test_figures(run, folder).items()]
    for start in range(0, len(metrics), MOST_AT_ONCE):
        client.log_batch(made.info.run_id, metrics=metrics[start : start + MOST_AT_ONCE])
    client.set_terminated(made.info.run_id, "FINISHED" if run.state == "finished" else "KILLED")
    return str(made.info.run_id)
