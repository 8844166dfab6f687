"""Frozen settings of a reading, a model and a training run, with checks, to and from plain dicts."""

import textwrap
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

import msgspec

from medrnn.errors import ConfigError

ROOT = Path(__file__).resolve().parents[1]
ASSETS = ROOT / "assets"
DISCLAIMER = "Research and teaching only, not for diagnosis"

ORDERS = {
    "rows": "row by row",
    "columns": "column by column",
    "raster": "patch by patch, each line of patches from the left",
    "snake": "patch by patch, to and fro",
}
DIRECTIONS = {"forward": "from the top or left", "reverse": "from the bottom or right"}
PATCHED = ("raster", "snake")
PATCH_ENDS = ("top left", "the bottom")
CELLS = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU", "peephole": "Peephole LSTM"}
READOUTS = {"last": "last state", "mean+max": "mean and maximum over all steps"}
INITS = {"good": "orthogonal recurrent weights, forget bias 1", "torch": "torch's own"}
OPTIMIZERS = {"adam": "Adam", "adamw": "AdamW, with weight decay"}
SCHEDULES = {
    "constant": "constant",
    "cosine": "from the peak down along a cosine",
    "one-cycle": "one cycle: up to the peak, then down to almost nothing",
}
KEEPS = {"last": "the last epoch", "best": "the epoch of the best validation AUC"}
AVERAGES = {"none": "the weights as they are", "ema": "a moving average of the weights"}
_KINDS = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "text",
    tuple[int, int]: "two whole numbers",
}


def _shown(value: Any) -> str:
    """A wrong value in a sentence: never long, and a number of 5,000 digits has no text at all."""
    try:
        return textwrap.shorten(repr(value), 80, placeholder=" …")
    except ValueError:
        return "a number beyond all bounds"


def _one_of(name: str, value: Any, choices: Mapping[str, str]) -> None:
    if not isinstance(value, str) or value not in choices:
        raise ConfigError(f"{name}: expected one of {', '.join(choices)}, got {_shown(value)}")


def _between(name: str, value: float, low: float, high: float) -> None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not low <= value <= high:
        raise ConfigError(f"{name}: expected a number from {low:g} to {high:g}, got {_shown(value)}")


def _typed(name: str, value: Any, kind: Any) -> Any:
    """A setting as its field has it: a record from a dict, a tuple from a list, everything else of its own type."""
    if isinstance(kind, type) and issubclass(kind, _Record):
        return kind.from_dict(value)
    try:
        return msgspec.convert(value, kind)
    except ValueError:
        wanted = _KINDS.get(kind, "another value")
        raise ConfigError(f"{name}: expected {wanted}, got {_shown(value)}") from None


@dataclass(frozen=True)
class _Record:
    """To a plain dict and back, refusing names that are not settings."""

    def to_dict(self) -> dict[str, Any]:
        """Plain dict of JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The record, checked.

        Raises:
            ConfigError: a name is unknown or a value is out of range.
        """
        if not isinstance(values, Mapping):
            raise ConfigError(f"{cls.__name__}: expected settings by name, got {type(values).__name__}")
        known = {f.name: f.type for f in fields(cls)}
        unknown = sorted(str(name) for name in set(values) - set(known))
        if unknown:
            raise ConfigError(f"{cls.__name__}: unknown setting {unknown[0]!r}; known are {', '.join(known)}")
        return cls(**{name: _typed(name, value, known[name]) for name, value in values.items()})


@dataclass(frozen=True)
class ReadingConfig(_Record):
    """How an image becomes a sequence.

    The crop (by default the centred square of the short edge, as MedMNIST cuts its images) is windowed to
    [0, 1], made bright-is-dense, resized to ``size`` with antialiasing (bicubic), and read tile by tile: a row, a
    column, or a square of ``patch`` x ``patch`` pixels. Values within a tile are read row by row.

    Attributes:
        order: a key of ``ORDERS``.
        direction: a key of ``DIRECTIONS``; "reverse" reads the tiles from the last to the first.
        size: (rows, columns) in pixels of what is read, each from 2 to 512.
        patch: side of a square in pixels, a divisor of both sizes where the order is one of ``PATCHED``; else unused.
    """

    order: str = "rows"
    direction: str = "forward"
    size: tuple[int, int] = (28, 28)
    patch: int = 4

    def __post_init__(self) -> None:
        _one_of("order", self.order, ORDERS)
        _one_of("direction", self.direction, DIRECTIONS)
        if len(self.size) != 2:
            raise ConfigError(f"size: expected (rows, columns), got {self.size!r}")
        for value in self.size:
            _between("size", value, 2, 512)
        _between("patch", self.patch, 1, 512)
        if self.order not in self.orders:
            raise ConfigError(
                f"patch: expected a divisor of {self.size[0]} and {self.size[1]}, got {self.patch!r}"
            )

    @property
    def orders(self) -> tuple[str, ...]:
        """The orders that the size allows: those by patches only where the patch divides it."""
        is_divided = not any(value % self.patch for value in self.size)
        return tuple(order for order in ORDERS if is_divided or order not in PATCHED)

    @property
    def tile(self) -> tuple[int, int]:
        """(rows, columns) of what one step reads."""
        return {"rows": (1, self.size[1]), "columns": (self.size[0], 1)}.get(
            self.order, (self.patch, self.patch)
        )

    @property
    def steps(self) -> int:
        """Number of tiles read."""
        return self.size[0] * self.size[1] // self.features

    @property
    def features(self) -> int:
        """Values read at each step."""
        return self.tile[0] * self.tile[1]

    @property
    def line(self) -> str:
        """What one step reads: "row", "column" or "patch"."""
        return "patch" if self.order in PATCHED else self.order.removesuffix("s")

    @property
    def by_line(self) -> str:
        """In words, such as "row by row"."""
        return ORDERS[self.order]

    @property
    def title(self) -> str:
        """In words, such as "rows, top to bottom"."""
        ends = {"rows": ("top", "bottom"), "columns": ("left", "right")}.get(self.order, PATCH_ENDS)
        start, end = ends if self.direction == "forward" else ends[::-1]
        what = f"{self.patch} x {self.patch} patches, {self.order}" if self.order in PATCHED else self.order
        return f"{what}, {start} to {end}"


@dataclass(frozen=True)
class ModelConfig(_Record):
    """A recurrent classifier: how many layers of how many units of which cell, and what is read out.

    Attributes:
        cell: a key of ``CELLS``.
        features: values that it reads at each step, 1 to 4,096; a reading's own ``features``.
        classes: 2 to 1,000.
        layers: 1 to 8, each reads the states of the one below.
        width: units of each layer and direction, 1 to 1,024.
        is_bidirectional: a second network reads from the last step to the first, in every layer.
        dropout: share of the values set to 0 in training, between layers and before the head; 0 to 0.9.
        readout: a key of ``READOUTS``, what of the last layer's states the head sees.
        init: a key of ``INITS``, how the recurrent weights begin.
    """

    cell: str = "lstm"
    features: int = 28
    classes: int = 2
    layers: int = 2
    width: int = 128
    is_bidirectional: bool = False
    dropout: float = 0.2
    readout: str = "last"
    init: str = "good"

    def __post_init__(self) -> None:
        _one_of("cell", self.cell, CELLS)
        _one_of("readout", self.readout, READOUTS)
        _one_of("init", self.init, INITS)
        _between("features", self.features, 1, 4096)
        _between("classes", self.classes, 2, 1000)
        _between("layers", self.layers, 1, 8)
        _between("width", self.width, 1, 1024)
        _between("dropout", self.dropout, 0, 0.9)


@dataclass(frozen=True)
class TrainConfig(_Record):
    """Everything that a training run depends on, besides the data's own bytes.

    Attributes:
        data: a data set's name, or the path of an npz file, a folder or a zip.
        model: its ``features`` and ``classes`` follow from the reading and the data when a run begins.
        reading: how the images are read.
        epochs: how often all training images are seen, 1 to 1,000.
        batch: images of one step, 1 to 4,096.
        optimizer: a key of ``OPTIMIZERS``.
        learning_rate: the peak of the schedule, 1e-7 to 1.
        weight_decay: of AdamW alone, 0 to 1.
        schedule: a key of ``SCHEDULES``, how the learning rate moves over the run.
        label_smoothing: share of the target that is spread over all classes, 0 to 0.5.
        clip: longest gradient over all weights (its L2 norm), 0 to 1,000; 0 leaves it as it is.
        average: a key of ``AVERAGES``, which weights are measured and kept.
        ema_decay: what "ema" keeps of its average at each step, 0 to 0.99999.
        augment: light random shift, rotation, scale and intensity on each training image.
        keep: a key of ``KEEPS``, the weights of which epoch.
        limit: trains on the first so many images; 0 takes all.
        seed: of everything random, 0 to 2**31 - 1.
    """

    data: str = "pneumoniamnist"
    model: ModelConfig = field(default_factory=ModelConfig)
    reading: ReadingConfig = field(default_factory=ReadingConfig)
    epochs: int = 5
    batch: int = 128
    optimizer: str = "adamw"
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    schedule: str = "one-cycle"
    label_smoothing: float = 0.0
    clip: float = 1.0
    average: str = "none"
    ema_decay: float = 0.99
    augment: bool = False
    keep: str = "last"
    limit: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        _one_of("optimizer", self.optimizer, OPTIMIZERS)
        _one_of("schedule", self.schedule, SCHEDULES)
        _one_of("average", self.average, AVERAGES)
        _one_of("keep", self.keep, KEEPS)
        _between("epochs", self.epochs, 1, 1000)
        _between("batch", self.batch, 1, 4096)
        _between("learning_rate", self.learning_rate, 1e-7, 1)
        _between("weight_decay", self.weight_decay, 0, 1)
        _between("label_smoothing", self.label_smoothing, 0, 0.5)
        _between("clip", self.clip, 0, 1000)
        _between("ema_decay", self.ema_decay, 0, 0.99999)
        _between("limit", self.limit, 0, 10**9)
        _between("seed", self.seed, 0, 2**31 - 1)
