"""Commands about training runs: which there are, and one for another tool."""

import argparse
from pathlib import Path

from medrnn.commands.common import show
from medrnn.datasets.shipped import DATASETS


def runs_list(args: argparse.Namespace) -> int:
    """Every run with its state, newest first; private ones are left out."""
    from medrnn.training.runs.states import list_runs

    for run in list_runs():
        data = run.config.data if run.config else ""
        show(
            {
                "id": run.id,
                "state": run.state,
                "title": run.label.title,
                "note": run.label.note,
                "data": data if data in DATASETS else "own data" if data else "",
                "steps": run.told.steps[-1].step if run.told.steps else 0,
                "reason": run.reason or run.message,
            },
            args.json,
        )
    return 0


def runs_export(args: argparse.Namespace) -> int:
    """A run for MLflow: its settings, its curves and its test figures."""
    from medrnn.training.runs.states import find_folder, is_run
    from medrnn.training.tracking import export_mlflow

    folder = Path(args.run_id) if is_run(Path(args.run_id)) else find_folder(args.run_id)
    made = export_mlflow(folder, Path(args.mlflow))
    show({"run": folder.name, "mlflow": made, "out": args.mlflow}, args.json)
    return 0
