"""Weights from elsewhere become a model in a folder of its own: weights, what was asked, a card without figures.

Nothing is trained and nothing measured: the card says so.
"""

import hashlib
import json
import platform
import shlex
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from medrnn import disk
from medrnn.config import DISCLAIMER, ModelConfig, ReadingConfig, TrainConfig
from medrnn.config.network import check_network
from medrnn.config.record import between, one_of
from medrnn.errors import CatalogError, ConfigError
from medrnn.models.adopt.convert import read_arrays, to_own
from medrnn.models.adopt.header import read_header
from medrnn.models.adopt.recognise import Found, recognise
from medrnn.models.cards import UNKNOWN, Card, write_card
from medrnn.models.catalog import ADOPTED, private_id, runs_folder
from medrnn.training.run import describe_preprocessing, name_network

NONLINEARITIES = {"tanh": "tanh", "relu": "ReLU"}
SCALES = {  # mean and standard deviation of what the network was trained on, where a pixel is 0 to 1
    "unit": ("0 to 1", 0.0, 1.0),
    "signed": ("-1 to 1", 0.5, 0.5),
    "bytes": ("0 to 255", 0.0, 1 / 255),
    "mnist": ("MNIST's mean 0.1307, standard deviation 0.3081", 0.1307, 0.3081),
}
MOST_CLASS = 60  # characters of a class
MOST_KEPT, MOST_ALL_BYTES = 200, 4 << 30  # models of all visitors together
WHAT, FILE = "the model", "WEIGHTS.safetensors"
KNOWS = "Nobody said which images these weights learnt from, so nothing is known of what the model knows."
LIMITS = (
    f"{DISCLAIMER}.",
    "Its weights were brought from elsewhere and are not measured here: nothing is known of how often it is right.",
    "Class names, order of reading, size and scale are as its owner said; where they are others, its answers mean "
    "nothing.",
)


@dataclass(frozen=True)
class Asked:
    """What no tensor tells.

    Attributes:
        classes: names in the order of the head's outputs.
        reading: how an image becomes steps.
        readout: a key of ``READOUTS``, "" for the one that the head's width allows.
        nonlinearity: of a plain RNN, a key of ``NONLINEARITIES``.
        mean: of what it was trained on, where a pixel runs from 0 to 1.
        std: likewise, the standard deviation; not 0.
    """

    classes: tuple[str, ...]
    reading: ReadingConfig
    readout: str = ""
    nonlinearity: str = "tanh"
    mean: float = 0.0
    std: float = 1.0


def examine(data: bytes) -> Found:
    """Which network a file holds.

    Raises:
        CatalogError: no safetensors, or a network that cannot be built here.
    """
    return recognise(read_header(data))


def configure(found: Found, asked: Asked) -> ModelConfig:
    """The settings of the network.

    Raises:
        ConfigError: what was asked does not go with the weights; says what was expected.
    """
    one_of("nonlinearity", asked.nonlinearity, NONLINEARITIES)
    if found.cell == "rnn" and asked.nonlinearity != "tanh":
        raise ConfigError(
            "nonlinearity: an RNN with ReLU cannot be run here, expected tanh. Train one with tanh."
        )
    between("std", abs(asked.std), 1e-6, 1e6)
    between("mean", asked.mean, -1e6, 1e6)
    _check_classes(asked.classes, found.classes)
    readout = asked.readout or found.readouts[0]
    if readout not in found.readouts:
        raise ConfigError(
            f"readout: the head's width allows {', '.join(found.readouts)}, got {readout}. A mean over the steps "
            "alone, or the last step of both directions, cannot be built here."
        )
    if found.features != asked.reading.features:
        raise ConfigError(
            f"reading: the network reads {found.features} values a step, {asked.reading.title} at "
            f"{asked.reading.size[0]} x {asked.reading.size[1]} gives {asked.reading.features}. Choose the order, "
            "size and colour that it was trained on."
        )
    return ModelConfig(
        cell=found.cell,
        features=found.features,
        classes=found.classes,
        layers=found.layers,
        width=found.width,
        is_bidirectional=found.is_bidirectional,
        dropout=0.0,
        readout=readout,
        init="torch",
    )


def _check_classes(classes: tuple[str, ...], count: int) -> None:
    if len(classes) != count:
        raise ConfigError(f"classes: the head has {count}, expected as many names, got {len(classes)}.")
    if len(set(classes)) < count:
        twice = next(name for k, name in enumerate(classes) if name in classes[:k])
        raise ConfigError(f"classes: expected {count} different names, got {twice[:MOST_CLASS]!r} twice.")
    if not all(name.isprintable() and 0 < len(name.strip()) <= MOST_CLASS for name in classes):
        raise ConfigError(f"classes: expected names of 1 to {MOST_CLASS} letters.")


def new_folder() -> Path:
    """A new folder among the runs, under a name that nobody can guess.

    Raises:
        ConfigError: too many such models are kept already.
    """
    held = [folder for folder in disk.folders(runs_folder()) if (folder / ADOPTED).is_file()]
    files = (disk.signature(folder / "model.safetensors") for folder in held)
    kept = sum(about[2] for about in files if about)
    if len(held) >= MOST_KEPT or kept >= MOST_ALL_BYTES:
        raise ConfigError(
            f"Expected room for another model, {len(held)} that visitors brought are kept already ({kept >> 20:,} MB). "
            "Delete one of yours, or ask who runs this server."
        )
    return runs_folder() / private_id()


def adopt(data: bytes, asked: Asked, out: Path) -> Card:
    """Build the network, write its weights and its card.

    Args:
        data: a safetensors file.
        asked: what it does not tell.
        out: a new or an empty folder; its name becomes the model's id.

    Raises:
        CatalogError: no safetensors, or a network that cannot be built here.
        ConfigError: what was asked does not go with the weights, or the folder is taken or cannot be written.
    """
    found = examine(data)
    config = TrainConfig(data=UNKNOWN, model=configure(found, asked), reading=asked.reading)
    check_network(config.model, config.reading)
    own = to_own(found, read_arrays(data), mean=asked.mean, std=asked.std)
    return _write(own, config, asked, out, data, adopt_line(asked))


def adopt_own(data: bytes, config: TrainConfig, classes: tuple[str, ...], out: Path) -> Card:
    """The same for weights of a network of this program, whose settings say what it is.

    Args:
        data: a safetensors file.
        config: the settings that it was trained by.
        classes: names in the order of its answer.
        out: a new or an empty folder.

    Raises:
        CatalogError: no safetensors, or weights of another network.
        ConfigError: other classes than the network has, or the folder is taken or cannot be written.
    """
    read_header(data)
    _check_classes(classes, config.model.classes)
    check_network(config.model, config.reading)
    asked = Asked(classes, config.reading, config.model.readout)
    words = ["python", "-m", "medrnn", "adopt", FILE, "--settings", "SETTINGS.json"]
    command = shlex.join([*words, "--classes", ",".join(classes), "--out", "OUT"])
    return _write(read_arrays(data), replace(config, data=UNKNOWN), asked, out, data, command)


def _write(
    own: Mapping[str, np.ndarray], config: TrainConfig, asked: Asked, out: Path, data: bytes, command: str
) -> Card:
    from medrnn.models.checkpoints import save_weights

    model = _fill(own, config)
    _claim(out)
    record = asdict(asked) | {"file": hashlib.sha256(data).hexdigest()}
    try:
        with disk.writing(out / ADOPTED, WHAT) as file:
            file.write(json.dumps(record, indent=1).encode() + b"\n")
        digest = save_weights(model, out / "model.safetensors")
        parameters = sum(weight.numel() for weight in model.parameters())
        card = replace(_card(config, asked, out, digest, parameters), command=command)
        write_card(card)
    except ConfigError:
        for name in ("card.json", "model.safetensors", ADOPTED):
            with suppress(OSError):
                (out / name).unlink()
        with suppress(OSError):
            out.rmdir()
        raise
    return card


def _fill(own: Mapping[str, np.ndarray], config: TrainConfig) -> Any:
    import torch

    from medrnn.models.networks import build_untrained

    model = build_untrained(config.model, config.reading, 0)
    try:
        model.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in own.items()})
    except RuntimeError as error:
        words = str(error).splitlines()[1:2]
        raise CatalogError(
            f"The weights are not those of this network:{words[0][:200] if words else ''} Bring the settings that "
            "belong to them."
        ) from None
    return model


def _claim(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        taken = next(out.iterdir(), None)
    except OSError as error:
        raise disk.write_error(error, WHAT) from None
    if taken:
        raise ConfigError(
            f"Expected a new or an empty folder, {out.name!r} holds {taken.name!r}. Name another one."
        )


def _card(config: TrainConfig, asked: Asked, out: Path, digest: str, parameters: int) -> Card:
    import torch

    preprocessing = describe_preprocessing(config)
    if (asked.mean, asked.std) != (0.0, 1.0):
        preprocessing["scale"] += (
            f", then less {asked.mean:g} and divided by {asked.std:g}, which the first layer holds"
        )
    return Card(
        id=out.name,
        title=f"Own weights {digest[:6]} {name_network(config)}",
        config=config,
        classes=asked.classes,
        data={
            "name": UNKNOWN,
            "title": "Unknown data",
            "about": "Nobody said which images these weights learnt from.",
            "licence": "not stated",
            "counts": {"train": 0, "val": 0, "test": 0},
        },
        preprocessing=preprocessing,
        metrics={},
        limits=LIMITS,
        licence="not stated; they belong to whoever brought them",
        parameters=parameters,
        digest=digest,
        versions={"torch": torch.__version__.split("+")[0], "python": platform.python_version()},
        device="unknown",
        elapsed_s=0.0,
        command="",
        folder=out,
        knows=KNOWS,
    )


def adopt_line(asked: Asked) -> str:
    """What adopts the same weights on the command line."""
    reading = asked.reading
    words = ["python", "-m", "medrnn", "adopt", FILE, "--classes", ",".join(asked.classes)]
    words += ["--reading", reading.order, "--size", *map(str, reading.size)]
    words += ["--patch", str(reading.patch)] if reading.is_patched else []
    words += ["--colour"] if reading.is_colour else []
    words += ["--direction", reading.direction] if reading.direction != "forward" else []
    words += (
        ["--mean", repr(asked.mean), "--std", repr(asked.std)]
        if (asked.mean, asked.std) != (0.0, 1.0)
        else []
    )
    return shlex.join([*words, "--out", "OUT"])
