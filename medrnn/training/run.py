"""One training run in a folder: settings first, events as they come, weights, and the card last."""

import os
import platform
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch

from medrnn import disk
from medrnn.config import DISCLAIMER, TrainConfig
from medrnn.config.network import check_network, describe_reading
from medrnn.datasets import Dataset, Split, is_shipped, kinds_of, known_as, knows_of, limits_of, load_for
from medrnn.datasets.checks import require_trainable
from medrnn.errors import CatalogError, ConfigError
from medrnn.evaluation.baselines import compare
from medrnn.evaluation.evaluate import answer_split, to_grids
from medrnn.evaluation.metrics import measure
from medrnn.evaluation.sure import assess
from medrnn.models.cards import Card, DataFacts, Figures, Metrics, write_card
from medrnn.models.checkpoints import save_weights
from medrnn.models.classifier import Classifier
from medrnn.models.devices import find_device, memory_guard
from medrnn.models.networks import build_network
from medrnn.models.novelty import fit_novelty, save_novelty
from medrnn.models.sure import Sure
from medrnn.training.again import with_threads
from medrnn.training.checkpoint import FILE, Checkpoint, Facts, Snapshot, save
from medrnn.training.loop import fit
from medrnn.training.runs.begin import claim, new_run
from medrnn.training.runs.folder import NOT_YET, RunFolder
from medrnn.training.runs.heed import heeding
from medrnn.training.threads import choose_threads, set_threads
from medrnn.types import RunEvent

EVERY_S = float(os.environ.get("MEDRNN_CHECKPOINT_S") or 5)  # between checkpoints


def describe_preprocessing(config: TrainConfig) -> dict[str, Any]:
    """What is done to an image, or to a series, before it is read, for the card."""
    reading = config.reading
    if reading.is_series:
        at = f"{reading.slice_mm:g} mm apart" if reading.slice_mm else "spread over the whole series"
        count = (
            f"up to {reading.slices}, fewer where there are fewer"
            if reading.is_masked
            else str(reading.slices)
        )
        box = f"{reading.patch * reading.pixel_mm:g} x {reading.patch * reading.pixel_mm:g} mm in the middle"
        return {
            "slices": f"{count}, {at}, between two by their mean weighted by the distance",
            "crop": f"{box if reading.pixel_mm else 'the centred square'} of each slice, unless another box is chosen",
            "window": "the median of all values above 0 at 140 of 255"
            if reading.scale == "median"
            else "the file's first window",
            "polarity": "bright is dense: MONOCHROME1 is inverted after the window",
            "size": [reading.patch, reading.patch],
            "resize": "bicubic with antialiasing, clipped; none where the crop has the model's size",
            "scale": "0 to 1 (8-bit value / 255)",
            "reading": describe_reading(config.model, reading),
        }
    return {
        "crop": "the centred square of the short edge, unless another box is chosen",
        "window": "the file's first window; an 8-bit image without one from 0 to 255, others from the 0.5 "
        "to the 99.5 percentile",
        "polarity": "bright is dense: MONOCHROME1 is inverted after the window",
        "size": list(config.reading.size),
        "resize": "bicubic with antialiasing, clipped; none where the crop has the model's size",
        "scale": "0 to 1 (8-bit value / 255)",
        "reading": describe_reading(config.model, config.reading),
    }


def _describe_data(config: TrainConfig, data: Dataset) -> DataFacts:
    """What a card says of its data; a set that is not shipped is named by its content, never by its place."""
    facts: DataFacts = {
        "name": data.name,
        "title": data.title,
        "about": data.about,
        "licence": data.licence,
        "counts": data.counts,
    }
    if not is_shipped(config.data):
        own = data.digest
        facts |= {"name": f"own-{own[:12]}", "title": f"Own data {own[:6]}"}
    return facts


def name_network(config: TrainConfig) -> str:
    """The network in words, with its reading where that is not the usual one of rows from the top."""
    reading = config.reading
    is_usual = (reading.order, reading.direction) == ("rows", "forward")
    return config.model.title + ("" if is_usual else f", {config.reading.title}")


def _check(config: TrainConfig, data: Dataset) -> None:
    if config.model.classes != len(data.classes):
        raise ConfigError(f"classes: {data.title} has {len(data.classes)}, got {config.model.classes}.")
    check_network(config.model, config.reading)
    known = None if data.reading is None else replace(data.reading, direction=config.reading.direction)
    if config.reading.is_series != bool(known) or (known and config.reading != known):
        what = f"series of {known.count}" if known else "images and no series"
        raise ConfigError(f"reading: {data.title} holds {what}, the recipe reads {config.reading.title}.")


def fit_config(config: TrainConfig, data: Dataset) -> TrainConfig:
    """The settings with classes and features that follow from the data and the reading."""
    return replace(
        config, model=replace(config.model, classes=len(data.classes), features=config.reading.features)
    )


def _measure(answers: np.ndarray, split: Split) -> Figures:
    return cast(Figures, measure(answers, split.labels, patients=split.groups))  # by the names of METRICS


def assess_answers(val: np.ndarray, test: np.ndarray, data: Dataset) -> Sure:
    """What a card says of its probabilities (image, class) on the validation and the test images."""
    return assess(
        (val, data.val.labels),
        (test, data.test.labels),
        val_patients=data.val.groups,
        test_patients=data.test.groups,
    )


def _licensed(licence: str) -> str:
    return "whose licence is not stated" if licence == "not stated" else f"under {licence}"


def _make_card(
    model: Classifier,
    data: Dataset,
    config: TrainConfig,
    out: Path,
    metrics: Metrics,
    elapsed_s: float,
    command: str,
) -> Card:
    facts = _describe_data(config, data)
    limits = list(limits_of(config.data))
    return Card(
        id=out.name,
        title=f"{facts['title']} {name_network(config)}",
        config=config if is_shipped(config.data) else replace(config, data=facts["name"]),
        classes=data.classes,
        data=facts,
        preprocessing=describe_preprocessing(config),
        metrics=metrics,
        limits=(f"{DISCLAIMER}.", *limits),
        licence=f"Apache-2.0; trained on data {_licensed(data.licence)}",
        parameters=sum(p.numel() for p in model.parameters()),
        digest=save_weights(model, out / "model.safetensors"),
        versions={
            "torch": torch.__version__.split("+")[0],
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
        device=next(model.parameters()).device.type,
        elapsed_s=round(elapsed_s, 1),
        command=command,
        folder=out,
    )


def with_novelty(card: Card, data: Dataset) -> Card:
    """The card with what the model knows: the score of its training images, written beside it, and their kind.

    Raises:
        ConfigError: the disk is full, or the folder cannot be written.
    """
    config = card.config
    train, val = (
        to_grids(images, config.reading).numpy()
        for images in (data.train.first(config.limit).images, data.val.images)
    )
    digest = save_novelty(fit_novelty(train, val), card.folder / "novelty.safetensors")
    return replace(card, novelty=digest, kinds=kinds_of(config.data), knows=knows_of(config.data))


class _Paused(Exception):
    """The wish to pause was heard, and a checkpoint of this moment is written."""


class _Keeper:
    """Takes a checkpoint before the first batch, then every so many seconds, and where the run is to pause.

    Who asks it to stop outranks who asks it to pause, also while the checkpoint is written: nobody's Stop is lost.
    """

    def __init__(self, run: RunFolder, facts: Facts) -> None:
        self._run, self._facts, self._last = run, facts, -EVERY_S

    def __call__(self, snapshot: Snapshot) -> None:
        is_to_pause = self._run.is_asked_to_pause() and not self._run.is_asked_to_stop()
        if time.monotonic() - self._last < EVERY_S and not is_to_pause:
            return
        self._run.sync()  # a checkpoint counts on the events before it, also where the power fails
        facts, found = replace(self._facts, log_bytes=self._run.log_bytes), snapshot()
        save(found, facts, self._run.path / FILE)
        self._last = time.monotonic()
        if is_to_pause and not self._run.is_asked_to_stop():
            raise _Paused(found.place.step)


def _begun(config: TrainConfig, target: torch.device) -> Classifier:
    """The network before its first step; the last bits of orthogonal weights depend on the number of threads."""
    torch.manual_seed(config.seed)
    return build_network(config.model, config.reading).to(target)


def _events(
    run: RunFolder,
    config: TrainConfig,
    data: Dataset,
    device: str,
    command: str,
    start: Checkpoint | None,
    threads: int | None,
) -> Iterator[RunEvent]:
    """The run itself, from the first event to the card."""
    began, stopped, stop, out = time.monotonic(), False, run.is_asked_to_stop, run.path
    target = find_device(device)
    if stop():
        if start:
            raise ConfigError(NOT_YET)
        yield RunEvent("stopped", {"epoch": 0, "step": 0})
        return
    if threads is None:
        choose_threads(_begun(config, target), data, config)
    model, threads = _begun(config, target), torch.get_num_threads()
    command = with_threads(command, threads)
    if start:
        began -= start.place.elapsed_s
        yield RunEvent("resumed", {"step": start.place.step})
    else:
        facts = {"device": str(target), "seed": config.seed, "threads": threads}
        yield RunEvent("started", {**facts, **data.counts})
    keeper = _Keeper(run, Facts(threads, data.digest, 0, command))
    with memory_guard():
        try:
            for event in fit(model, data, config, stop, start=start, keep=keeper):
                stopped |= event.kind == "stopped"
                yield event
        except _Paused as paused:
            yield RunEvent("paused", {"step": paused.args[0]})
            return
        val, answers = (answer_split(model, split, config.reading) for split in (data.val, data.test))
    metrics: Metrics = {
        "val": _measure(val, data.val),
        "test": _measure(answers, data.test),  # read once, when everything is chosen
        "baselines": compare(answers, data),
    }
    if stopped:
        metrics["stopped"] = True
    card = _make_card(model, data, config, out, metrics, time.monotonic() - began, command)
    write_card(with_novelty(replace(card, sure=assess_answers(val, answers, data)), data))
    with suppress(OSError):
        (out / FILE).unlink()  # what it led to is there
    yield RunEvent("finished", {"elapsed_s": time.monotonic() - began, **metrics["test"]})


def train(
    config: TrainConfig,
    out: str | Path | None = None,
    *,
    device: str = "cpu",
    command: str = "",
    data: Dataset | None = None,
    threads: int | None = 0,
) -> Iterator[RunEvent]:
    """Train a model in a folder of its own and yield what happens.

    The folder holds ``request.json`` (what was asked for), ``process.json`` (who trains), ``config.json``,
    ``events.jsonl`` (each event as one line), while it goes on ``checkpoint.safetensors``, then ``model.safetensors``,
    ``novelty.safetensors`` and, last, ``card.json``.
    A file ``stop`` in it ends the run after the next batch; what was trained so far is kept and measured. A file
    ``pause`` ends it there with a checkpoint, from which it goes on when it is resumed.

    Args:
        config: all settings; classes and features follow from the data and the reading.
        out: a new or an empty folder, by default a new one among the runs. Its name becomes the model's id.
        device: "cpu", "cuda", "cuda:0", ...
        command: what to run to get the same figures again, for the card.
        data: what ``config.data`` names, where it was read already.
        threads: of torch, which stay so; 0 leaves them as they are, None takes those that are fastest just now.

    Yields:
        RunEvent: "started", "step", "epoch", perhaps "stopped" and a last "epoch", then "finished"; "stopped" alone
        where somebody asked for it before the first batch, and then there is no model; "paused" as the last one.

    Raises:
        ConfigError: something stands in the folder, it belongs to another run, or the disk is full.
        DataError, DeviceError: before the first event. All but the first two are kept as a "failed" event.
    """
    set_threads(threads or 0)
    with claim(Path(out) if out else new_run(config), config) as run, run.telling():
        run.sign()
        yield from train_in(run, config, device=device, command=command, data=data, threads=threads)


def train_in(
    run: RunFolder,
    config: TrainConfig,
    *,
    device: str,
    command: str,
    data: Dataset | None = None,
    start: Checkpoint | None = None,
    threads: int | None = 0,
) -> Iterator[RunEvent]:
    """``train`` in a folder that belongs to this process.

    Args:
        run: claimed, without settings of a run in it yet.
        config: all settings; classes and features follow from the data and the reading.
        device: "cpu", "cuda", "cuda:0", ...
        command: what to run to get the same figures again, for the card.
        data: what ``config.data`` names, where it was read already.
        start: where to go on, None for the beginning.
        threads: None takes those that are fastest just now, else they are set already.

    Yields:
        RunEvent: see ``train``; each stands in the folder before it is yielded.
    """
    with run.telling():
        data = data or load_for(config)
        require_trainable(data)
        known = None if is_shipped(config.data) else known_as(data)
        if known:
            data, config = known, replace(config, data=known.name)
        config = fit_config(config, data)
        _check(config, data)
        run.write_settings("config.json", config)
        with heeding(run):
            for event in _events(run, config, data, device, command, start, threads):
                run.tell(event.kind, event.data)
                yield event


def load_config(path: Path) -> TrainConfig:
    """Settings from a JSON file.

    Raises:
        ConfigError: no JSON, or a setting is unknown or out of range.
    """
    try:
        return TrainConfig.from_dict(disk.decode(path.read_bytes(), dict[str, Any], path.name))
    except (OSError, CatalogError):
        raise ConfigError(f"Expected settings as JSON in {path.name!r}; it cannot be read.") from None
