"""The lines of ``events.jsonl``: what a run tells of itself, one record a kind, every field of its type and range."""

import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, cast

import msgspec
from msgspec import Meta

from medrnn import disk

LATEST = 4_102_444_800  # 2100, in seconds since 1970
Count = Annotated[int, Meta(ge=0, le=10**12)]
Place = Annotated[int, Meta(ge=1, le=10**12)]
Share = Annotated[float, Meta(ge=0, le=1)]
Seconds = Annotated[float, Meta(ge=0, le=1e10)]
Loss = Annotated[float, Meta(ge=0)]
Words = Annotated[str, Meta(max_length=4_000)]


class Event(msgspec.Struct, frozen=True, gc=False, tag_field="kind"):
    """What all have in common: ``time`` in seconds since 1970."""

    time: Annotated[float, Meta(ge=0, le=LATEST)]


class Waiting(Event, frozen=True, gc=False, tag="waiting"):
    """Others come first."""


class Started(Event, frozen=True, gc=False, tag="started"):
    """The data are loaded: where it trains, with how many threads, and how many images each split holds."""

    device: Annotated[str, Meta(max_length=40)]
    seed: Count
    train: Count
    val: Count
    test: Count
    threads: Count = 0


class Resumed(Event, frozen=True, gc=False, tag="resumed"):
    """The run goes on after its process had ended; that step is the last one that had been kept."""

    step: Count


class Step(Event, frozen=True, gc=False, tag="step"):
    """Means over the batches since the last one; epochs and steps count from 1.

    ``rate`` is the learning rate of the last batch, ``gradient`` the mean L2 norm over all weights before it was
    clipped, ``images_per_s`` how fast images were learnt from; None in runs of before, and where a norm is no number.
    """

    epoch: Place
    step: Place
    steps: Place
    loss: Loss | None
    accuracy: Share
    elapsed_s: Seconds
    rate: Loss | None = None
    gradient: Loss | None = None
    images_per_s: Loss | None = None

    def __post_init__(self) -> None:
        if self.step > self.steps:
            raise ValueError(f"step {self.step} of {self.steps}")


class Epoch(Event, frozen=True, gc=False, tag="epoch"):
    """Figures on the validation split; ``val_auc`` is None where one class is absent.

    ``samples`` are a few validation images by their index, each with the probabilities of the classes; ``arriving`` is
    how much of the gradient arrives at each step of the sequence (``Learner.arriving``), None where it is no number;
    ``ends`` is True after the last epoch, which may come before all are done.
    """

    epoch: Place
    epochs: Place
    step: Place
    val_loss: Loss | None
    val_accuracy: Share
    val_auc: Share | None
    elapsed_s: Seconds
    samples: Annotated[list[tuple[Count, list[Share]]], Meta(max_length=16)] = []
    arriving: Annotated[list[Loss | None], Meta(max_length=64)] = []
    ends: bool = False


class Stopping(Event, frozen=True, gc=False, tag="stopping"):
    """The wish to stop was heard; the batch or the measurement that goes on ends first."""


class Stopped(Event, frozen=True, gc=False, tag="stopped"):
    """Somebody asked for it, after that step; 0 where it had not begun. Else what was learnt is measured now."""

    epoch: Count
    step: Count


class Paused(Event, frozen=True, gc=False, tag="paused"):
    """Its process ended on purpose after that step, of which there is a checkpoint; 0 where it had not begun."""

    step: Count


class Finished(Event, frozen=True, gc=False, tag="finished"):
    """Weights and card are written; figures on the test split."""

    elapsed_s: Seconds
    n: Count
    accuracy: Share
    auc: Share | None
    loss: Loss | None
    intervals: dict[str, tuple[float, float] | None] = {}


class Failed(Event, frozen=True, gc=False, tag="failed"):
    """Why it broke off, a sentence."""

    message: Words


Kind = Waiting | Started | Resumed | Step | Epoch | Stopping | Stopped | Paused | Finished | Failed
_decoder: msgspec.json.Decoder[Kind] = msgspec.json.Decoder(Kind)


def decode_event(line: bytes, number: int) -> Kind:
    """One line as its record.

    Args:
        line: without its end.
        number: which line, counted from 1, for the sentence.

    Raises:
        CatalogError: no JSON, an unknown kind, or a field that is missing, of another type or out of range.
    """
    try:
        return _decoder.decode(line)
    except (ValueError, RecursionError):
        return disk.decode(line, cast(type[Kind], Kind), f"Line {number} of events.jsonl")


def encode_event(kind: str, data: Mapping[str, object]) -> bytes:
    """An event as a line; a number that is none becomes null, since JSON has no other word for it."""
    return msgspec.json.encode({"kind": kind, "time": time.time(), **data}) + b"\n"


def plain(event: Event) -> dict[str, Any]:
    """A record as a dict with its kind."""
    record: dict[str, Any] = msgspec.to_builtins(event)
    return record


def without_place(text: str, data: str) -> str:
    """A sentence without the path or name of data that are not shipped: those belong to who brought them."""
    from medrnn.datasets import is_shipped, shown_name  # imports numpy, which a waiting run does without

    if is_shipped(data):
        return text
    for name in (data, repr(data)[1:-1], Path(data).name):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", shown_name(data), text) if name else text
    return text
