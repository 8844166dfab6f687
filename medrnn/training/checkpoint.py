"""Where a run stands, whole enough to go on bit for bit: weights, optimiser, schedule, average, generators, place.

Tensors lie in one safetensors file with the rest as JSON in its head, so nothing is ever unpickled.
"""

import hashlib
import json
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import msgspec
import torch
from msgspec import Meta
from torch import Tensor

from medrnn import disk
from medrnn.errors import CatalogError, ConfigError

FILE = "checkpoint.safetensors"
MOST_BYTES = 4 << 30
HEAD, DIGEST = (
    "medrnn",
    "sha256",
)  # under which the JSON stands in the file's head, and the digest of all that is in it
NOT_IN_JSON = (float("inf"), float("-inf"))
Count = Annotated[int, Meta(ge=0, le=10**12)]


@dataclass
class Place:
    """Where the loop stands; it moves as the loop goes on.

    Attributes:
        epoch: counted from 1.
        done: batches of this epoch that were learnt.
        step: batches of all epochs.
        best_score: of the best epoch so far, None before the first.
        waited: epochs since then.
        recent: loss, accuracy and gradient's norm of the batches since the last event.
        elapsed_s: that the run has taken so far, over all its lives.
        told_s: when it told of its last batches.
        order: (image,) the order of the images in this epoch, None before it is drawn.
        best: the weights of the best epoch so far, None where none are kept.
    """

    epoch: int = 1
    done: int = 0
    step: int = 0
    best_score: float | None = None
    waited: int = 0
    recent: list[tuple[float, float, float]] = field(default_factory=list)
    elapsed_s: float = 0.0
    told_s: float = 0.0
    order: Tensor | None = None
    best: dict[str, Tensor] | None = None


@dataclass(frozen=True)
class Facts:
    """What else has to be the same for the run to go on as it would have.

    Attributes:
        threads: of torch, on which the last bits of a sum depend.
        data: digest of the data set.
        log_bytes: how long the file of events was.
        command: what to run to get the same model again.
    """

    threads: Annotated[int, Meta(ge=1, le=4096)] = 1
    data: str = ""
    log_bytes: Count = 0
    command: str = ""


class _Head(msgspec.Struct, frozen=True):
    """The JSON in the head, checked when it is read."""

    epoch: Annotated[int, Meta(ge=1, le=10**6)]
    done: Count
    step: Count
    best_score: float | None
    recent: list[tuple[float, float, float]]
    elapsed_s: Annotated[float, Meta(ge=0)]
    told_s: Annotated[float, Meta(ge=0)]
    waited: Count
    facts: Facts
    groups: list[dict[str, Any]]
    schedule: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A run as it stood between two batches.

    Attributes:
        place: where.
        facts: what has to be the same.
        tensors: "model/...", "average/...", "optimizer/0/exp_avg" and so on, "generator", "random", "random_cuda".
        groups: the optimiser's settings, a dict a group.
        schedule: the schedule's own state.
    """

    place: Place
    facts: Facts
    tensors: Mapping[str, Tensor]
    groups: list[dict[str, Any]]
    schedule: dict[str, Any]

    def part(self, name: str) -> dict[str, Tensor]:
        """The tensors of one part, without its name."""
        return {
            key.removeprefix(f"{name}/"): value
            for key, value in self.tensors.items()
            if key.startswith(f"{name}/")
        }


Snapshot = Callable[[], Checkpoint]


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """What JSON has words for: numbers, texts, lists and dicts of them; the rest, functions and infinities that nothing
    has replaced yet, is made anew by its maker."""
    kinds = (bool, int, float, str, list, tuple, dict, type(None))
    return {
        name: value for name, value in values.items() if isinstance(value, kinds) and value not in NOT_IN_JSON
    }


def take(
    model: torch.nn.Module,
    average: torch.nn.Module | None,
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler,
    generator: torch.Generator,
    place: Place,
) -> Checkpoint:
    """The state of all parts of a run, as it is now; the facts are for ``save`` to add."""
    state = optimizer.state_dict()
    tensors = {f"model/{name}": value for name, value in model.state_dict().items()}
    if average is not None:
        tensors |= {f"average/{name}": value for name, value in average.state_dict().items()}
    for index, of in state["state"].items():
        tensors |= {f"optimizer/{index}/{name}": value for name, value in of.items()}
    tensors |= {"generator": generator.get_state(), "random": torch.get_rng_state()}
    device = next(model.parameters()).device
    if device.type == "cuda":
        tensors["random_cuda"] = torch.cuda.get_rng_state(device)
    if place.order is not None:
        tensors["order"] = place.order
    tensors |= {f"best/{name}": value for name, value in (place.best or {}).items()}
    return Checkpoint(
        place, Facts(), tensors, [_plain(g) for g in state["param_groups"]], _plain(scheduler.state_dict())
    )


def restore(
    found: Checkpoint,
    model: torch.nn.Module,
    average: torch.nn.Module | None,
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler,
    generator: torch.Generator,
) -> None:
    """Put all parts back as they were; the place is the caller's.

    Raises:
        ConfigError: the checkpoint belongs to another network or recipe.
    """
    try:
        model.load_state_dict(found.part("model"))
        if average is not None:
            average.load_state_dict(found.part("average"))
        state: dict[int, dict[str, Tensor]] = {}
        for name, value in found.part("optimizer").items():
            index, _, key = name.partition("/")
            state.setdefault(int(index), {})[key] = value
        optimizer.load_state_dict({"state": state, "param_groups": found.groups})
        scheduler.load_state_dict(dict(found.schedule))
        generator.set_state(found.tensors["generator"])
        torch.set_rng_state(found.tensors["random"])
        if "random_cuda" in found.tensors:
            torch.cuda.set_rng_state(found.tensors["random_cuda"], next(model.parameters()).device)
    except (KeyError, ValueError, RuntimeError, TypeError) as error:
        raise ConfigError(
            f"Expected the checkpoint of this run, {FILE} belongs to another one ({type(error).__name__}). Delete "
            "it, and --resume begins the run anew."
        ) from None


def save(found: Checkpoint, facts: Facts, path: Path) -> None:
    """Write a checkpoint in one move; the one before stays until it is whole.

    Raises:
        ConfigError: the disk is full, or the folder cannot be written.
    """
    from safetensors.torch import save as pack

    place = found.place
    head = {
        "epoch": place.epoch,
        "done": place.done,
        "step": place.step,
        "best_score": place.best_score,
        "waited": place.waited,
        "recent": place.recent,
        "elapsed_s": place.elapsed_s,
        "told_s": place.told_s,
        "facts": asdict(facts),
        "groups": found.groups,
        "schedule": found.schedule,
    }
    tensors = {name: value.detach().cpu().contiguous().clone() for name, value in found.tensors.items()}
    text = json.dumps(head)
    with disk.writing(path, "the checkpoint") as file:
        file.write(pack(tensors, {HEAD: text, DIGEST: _digest(text, tensors)}))


def _digest(head: str, tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 of the JSON and of every tensor under its name."""
    found = hashlib.sha256(head.encode())
    for name in sorted(tensors):
        value = tensors[name]
        found.update(f"{name} {value.dtype} {tuple(value.shape)}".encode())
        found.update(value.reshape(-1).view(torch.uint8).numpy().tobytes() if value.numel() else b"")
    return found.hexdigest()


def load(path: Path) -> Checkpoint | None:
    """The checkpoint in a file; None where there is none.

    Raises:
        ConfigError: it is damaged; says what can be done.
    """
    from safetensors import SafetensorError, safe_open

    if not os.path.lexists(path):
        return None
    try:
        about = path.lstat()
        if not stat.S_ISREG(about.st_mode) or about.st_size > MOST_BYTES:
            raise CatalogError("no plain file of a size that a run writes")
        with safe_open(path, framework="pt") as file:
            texts = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  no mapping
        if texts.get(DIGEST) != _digest(texts.get(HEAD, ""), tensors):
            raise CatalogError("not as it was written")
        head = disk.decode(texts[HEAD].encode(), _Head, path.name)
    except (SafetensorError, CatalogError, OSError, ValueError):
        raise ConfigError(
            f"Expected a checkpoint in {path.name}, it is damaged. Delete it, and --resume begins the run anew."
        ) from None
    best = {name.removeprefix("best/"): value for name, value in tensors.items() if name.startswith("best/")}
    place = Place(
        head.epoch,
        head.done,
        head.step,
        head.best_score,
        head.waited,
        list(head.recent),
        head.elapsed_s,
        head.told_s,
        tensors.get("order"),
        best or None,
    )
    return Checkpoint(place, head.facts, tensors, head.groups, head.schedule)
