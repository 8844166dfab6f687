"""What is seen of runs while they learn: curves, how far they are, the answers to a few validation images."""

import time
from collections.abc import Sequence
from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from medrnn.errors import ConfigError, MedrnnError
from medrnn.ui import cached, sketch
from medrnn.ui.components.curves import curves
from medrnn.ui.foreign import plain

if TYPE_CHECKING:
    from medrnn.training.runs.journal import Told
    from medrnn.training.runs.processes import RunState

EVERY_S = 1.0
MEASURING = "Measuring on the validation and test images, and what is usual among them"
VALIDATION = "validation"


def called(run: "RunState") -> str:
    """A run in a legend: its title where it has one, else its id."""
    return plain(run.label.title, 40) if run.label.title else run.id


def series(told: "Told", training: str = "training", validation: str = VALIDATION) -> list[dict[str, Any]]:
    """The lines of one run, as ``curves`` takes them.

    Args:
        told: what it told.
        training: how its lines over the steps are called; those of one name share a colour.
        validation: how those over the epochs are.
    """

    def one(
        name: str, panel: str, points: Sequence[Any], field: str, *, dash: bool = False
    ) -> dict[str, Any]:
        values = [getattr(point, field) for point in points]
        return {"name": name, "panel": panel, "dash": dash, "x": [p.step for p in points], "y": values}

    steps, epochs = told.steps, told.epochs
    lines = [
        one(training, "loss", steps, "loss"),
        one(validation, "loss", epochs, "val_loss", dash=True),
        one(training, "accuracy", steps, "accuracy"),
        one(validation, "accuracy", epochs, "val_accuracy", dash=True),
        one(training, "rate", steps, "rate"),
        one(training, "gradient", steps, "gradient"),
    ]
    if training != validation:  # beside other runs there would be three lines of each
        lines.append(one("validation AUC", "accuracy", epochs, "val_auc", dash=True))
    return lines


def say_average(run: "RunState") -> None:
    """Why validation may lag behind training where a moving average of the weights is measured."""
    if run.config and run.config.average == "ema" and run.told.epochs:
        st.caption(
            "Validation measures a moving average of the weights, which follows slowly: early on it may look far worse "
            "than training."
        )


def is_done(run: "RunState") -> bool:
    """True where every step is done and only the figures are left to make."""
    epochs = run.told.epochs
    return bool(epochs) and (epochs[-1].ends or epochs[-1].epoch == epochs[-1].epochs)


def progress(run: "RunState") -> tuple[float, str]:
    """How far it is, 0 to 1, and in words."""
    told = run.told
    if run.state == "waiting":
        return 0.0, f"Waiting: {run.before} run{'s' if run.before > 1 else ''} before it"
    if run.state == "measuring":
        return 1.0, f"Stopped after step {told.stopped_at}. {MEASURING}"
    if not told.steps:
        return 0.0, "Loading the data and the network"
    last = told.steps[-1]
    share = last.step / last.steps
    if run.state in ("stopping", "pausing"):
        heard = " It has been heard." if told.heard else ""
        return share, f"{run.state.capitalize()}: this batch ends first.{heard}"
    if is_done(run):
        return 1.0, f"All steps are done. {MEASURING}"
    left = last.elapsed_s * (1 - share) / share
    pace = f", {last.images_per_s:,.0f} images/s" if last.images_per_s else ""
    return share, f"Epoch {last.epoch}, step {last.step:,} of {last.steps:,}{pace}, about {_time(left)} left"


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def samples(run: "RunState") -> None:
    """A few validation images with the probability of their class, now and after every epoch; nothing where none."""
    told = [epoch for epoch in run.told.epochs if epoch.samples]
    if not told or run.config is None:
        return
    indices = tuple(index for index, _ in told[-1].samples)
    with suppress(MedrnnError):  # the data are gone, or belong to who brought them
        found = cached.validation_images(run.config.data, indices)
        rows = ""
        for k, (picture, label, name) in enumerate(found):
            every = [e.samples[k][1] for e in told if k < len(e.samples) and e.samples[k][0] == indices[k]]
            rows += _row(picture, name, [p[label] for p in every if label < len(p)])
        st.markdown("**The answers to a few validation images**, after each epoch")
        heads = "".join(
            f'<th style="text-align:left;font-weight:400;padding:2px 12px 2px 0">{title}</th>'
            for title in ("Image", "Class", "p of its class", "After each epoch")
        )
        st.html(
            f'<table style="width:100%;border-collapse:collapse"><thead><tr>{heads}</tr></thead>{rows}</table>'
        )


def _row(picture: str, name: str, course: list[float]) -> str:
    """An image, its class, the probability of it now as a number and a bar, and after every epoch as a line."""
    cell = '<td style="padding:3px 12px 3px 0;vertical-align:middle">'
    now, most = course[-1], max(1, len(course) - 1)
    points = " ".join(f"{100 * k / most:.1f},{21 - 20 * p:.1f}" for k, p in enumerate(course))
    drawn = sketch.image(
        '<line x1="0" y1="21.5" x2="100" y2="21.5" stroke="currentColor" stroke-width="0.5" opacity="0.4"/>'
        f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="1.5" '
        'vector-effect="non-scaling-stroke"/>',
        "0 0 100 22",
        f"{course[0]:.2f} at first, {now:.2f} now, from 0 to 1",
        30,
    )
    return (
        f'<tr>{cell}<img src="{picture}" alt="A validation image" style="width:36px;border-radius:4px"></td>'
        f"{cell}{escape(name[:40])}</td>"
        f'{cell}{now:.2f}<div style="width:100%;height:4px;border-radius:2px;background:'
        f'linear-gradient(to right,currentColor {100 * now:.0f}%,transparent 0);outline:1px solid"></div></td>'
        f"{cell}{drawn}</td></tr>"
    )


def together(runs: "list[RunState]") -> None:
    """The curves of several runs of which some go on, in one picture that keeps its zoom."""
    draw = st.fragment(_together, run_every=EVERY_S)
    draw([run.id for run in runs])


def _together(ids: list[str]) -> None:
    from medrnn.training.runs.processes import read_run

    runs = []
    for run_id in ids:
        with suppress(ConfigError):  # deleted by somebody else
            runs.append(read_run(run_id))
    lines = [line for run in runs for line in series(run.told, called(run), called(run))]
    names = ", ".join(map(called, runs))
    curves.curves(lines, key="runs-live", title=f"Runs {names}", dashed=VALIDATION)
    for run in runs:
        if run.is_live:
            share, words = progress(run)
            st.progress(share, f"{called(run)}: {words}")
    if not any(run.is_live for run in runs):
        time.sleep(0.05)  # let the last picture out before the page is drawn anew
        st.rerun()
