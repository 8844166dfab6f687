"""What a network is made of: encoder, recurrent core, read-out."""

from dataclasses import dataclass
from math import prod

from medrnn.config.reading import PATCHED, ReadingConfig
from medrnn.config.record import Record, between, one_of, shown
from medrnn.errors import ConfigError

CELLS = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU", "peephole": "Peephole LSTM"}
ENCODERS = {
    "none": "the values as they are",
    "linear": "a linear layer on each step",
    "steps": "a small convolution on each step",
    "stem": "a convolution stem over the image",
    "stems": "a convolution stem over each slice or patch",
}
STEMMED = ("stem", "stems")
BEHIND = {
    "none": "",
    "linear": " behind a linear layer",
    "steps": " behind a small convolution",
    "stem": " behind a stem",
    "stems": " behind a stem a step",
}
CORES = {
    "stack": "layers over one sequence",
    "streams": "rows and columns as two streams",
    "sweeps": "2-D sweeps: along the rows, then along the columns",
    "none": "no recurrence, a convolutional network",
}
READOUTS = {
    "last": "last state",
    "mean+max": "mean and maximum over all steps or places",
    "attention": "a weighted mean, the weights learnt",
}
INITS = {"good": "orthogonal recurrent weights, forget bias 1", "torch": "torch's own"}
MASKS = {"each": "drawn anew at every step", "same": "one over all steps of an image"}
MOST_CLASSES = 1_000
MOST_CONVOLUTIONS = 16
ATTENDED = 64  # units of the layer that scores a place for a read-out by attention


@dataclass(frozen=True)
class ModelConfig(Record):
    """A classifier: what encodes the image, how many layers of how many units of which cell read it, what is read out.

    Attributes:
        cell: a key of ``CELLS``.
        features: values that it reads at each step, 1 to 4,096; a reading's own ``features``.
        classes: 2 to 1,000.
        layers: 1 to 8, each reads the states of the one below; of sweeps each is a pair, along rows and columns.
        width: units of each layer and direction, 1 to 1,024.
        is_bidirectional: a second network reads from the last step to the first, in every layer.
        dropout: share of the values set to 0 in training, between layers and before the head; 0 to 0.9.
        mask: a key of ``MASKS``, what is left out between layers over one sequence; "same" for cells of torch alone.
        readout: a key of ``READOUTS``, what of the last layer's states the head sees; sweeps and a convolutional
            network have no last state.
        init: a key of ``INITS``, how the recurrent weights begin.
        encoder: a key of ``ENCODERS``, what the image goes through before it is read.
        encoded: values that "linear" and "steps" give for each step, 1 to 1,024.
        stem: channels of each 3 x 3 convolution of the stem, 1 to 512 each, with batch norm and ReLU behind it; of
            stems a step the mean and the maximum over the places of the last map are what the step gives.
        strides: of each of them, 1 or 2; 2 halves the map.
        core: a key of ``CORES``, what reads.
    """

    cell: str = "lstm"
    features: int = 28
    classes: int = 2
    layers: int = 2
    width: int = 128
    is_bidirectional: bool = False
    dropout: float = 0.2
    mask: str = "each"
    readout: str = "last"
    init: str = "good"
    encoder: str = "none"
    encoded: int = 32
    stem: tuple[int, ...] = ()
    strides: tuple[int, ...] = ()
    core: str = "stack"

    def __post_init__(self) -> None:
        one_of("cell", self.cell, CELLS)
        one_of("readout", self.readout, READOUTS)
        one_of("init", self.init, INITS)
        one_of("mask", self.mask, MASKS)
        between("features", self.features, 1, 4096)
        between("classes", self.classes, 2, MOST_CLASSES)
        between("layers", self.layers, 1, 8)
        between("width", self.width, 1, 1024)
        between("dropout", self.dropout, 0, 0.9)
        one_of("encoder", self.encoder, ENCODERS)
        one_of("core", self.core, CORES)
        between("encoded", self.encoded, 1, 1024)
        between("stem", len(self.stem), 0, MOST_CONVOLUTIONS)
        for channels in self.stem:
            between("stem", channels, 1, 512)
        if len(self.strides) != len(self.stem) or not set(self.strides) <= {1, 2}:
            raise ConfigError(
                f"strides: expected {len(self.stem)} of 1 or 2, one a convolution, got {shown(self.strides)}"
            )
        if (self.encoder in STEMMED) != bool(self.stem):
            raise ConfigError("stem: expected channels where the encoder is a stem, and only there")
        if self.encoder == "stems" and self.core != "stack":
            raise ConfigError(
                "encoder: stems a step go with layers over one sequence, expected the core 'stack'"
            )
        if self.core == "none" and self.encoder != "stem":
            raise ConfigError("encoder: a convolutional network is a stem, expected 'stem'")
        if self.mask == "same" and (self.core != "stack" or self.cell == "peephole"):
            raise ConfigError(
                "mask: one over all steps goes with RNN, LSTM and GRU in layers, expected 'each'"
            )
        if self.core == "streams" and self.encoder not in ("none", "stem"):
            raise ConfigError("encoder: two streams read pixels or a stem's map, expected 'none' or 'stem'")
        if self.core in ("sweeps", "none") and self.readout == "last":
            raise ConfigError("readout: a map has no last state, expected 'mean+max' or 'attention'")

    @property
    def title(self) -> str:
        """In words, such as "LSTM 2 x 128, forward" or "LSTM sweeps 1 x 56 behind a stem"."""
        if not self.is_recurrent:
            return f"CNN of {len(self.stem)} convolutions"
        kind = {"streams": " streams", "sweeps": " sweeps"}.get(self.core, "")
        ways = "" if self.is_bidirectional else ", forward"
        return f"{CELLS[self.cell]}{kind} {self.layers} x {self.width}{BEHIND[self.encoder]}{ways}"

    @property
    def is_recurrent(self) -> bool:
        """False for a convolutional network."""
        return self.core != "none"

    @property
    def encoded_values(self) -> int:
        """What each step is when the recurrent layers read it; of a stem over the image, at each place of its map."""
        if self.encoder in STEMMED:
            return self.stem[-1] * (2 if self.encoder == "stems" else 1)
        return self.features if self.encoder == "none" else self.encoded

    @property
    def stride(self) -> int:
        """Pixels of the image, down and across, for each place of the stem's map."""
        return prod(self.strides)


def describe_reading(model: ModelConfig, reading: ReadingConfig) -> str:
    """How a network reads in words: the order of its steps, or of what goes over the whole image."""
    over = {
        "streams": "rows and columns side by side",
        "sweeps": "sweeps over the whole image",
        "none": "the whole image at once",
    }.get(model.core)
    return reading.title if over is None else f"{over}{', in colour' if reading.is_colour else ''}"


def check_network(model: ModelConfig, reading: ReadingConfig) -> None:
    """What a network asks of the reading that it is for.

    Raises:
        ConfigError: values of a step, or an order or a size that the network cannot be built for.
    """
    if model.features != reading.features:
        raise ConfigError(
            f"features: a step of this reading has {reading.features}, the network takes {model.features}."
        )
    if model.encoder == "stem" and model.core == "stack" and reading.order in PATCHED:
        raise ConfigError(
            "reading: behind a stem whole rows or columns are read, expected one of these orders"
        )
    if model.core == "streams" and reading.order in PATCHED:
        raise ConfigError("reading: two streams read whole rows and columns, expected the order 'rows'")
    if model.encoder in ("linear", "steps") and model.core == "sweeps" and reading.order not in PATCHED:
        raise ConfigError("reading: sweeps over encoded steps need patches, expected the order 'raster'")
    if reading.is_masked and (model.cell == "peephole" or model.mask == "same"):
        raise ConfigError(
            "reading: series of unlike lengths are read by RNN, LSTM and GRU, with a mask drawn anew at every step; "
            "expected one of these cells and the mask 'each'"
        )
    if reading.is_series and (model.core != "stack" or model.encoder == "stem"):
        raise ConfigError(
            "reading: slices are read by layers over one sequence, each by itself; expected the core 'stack' and an "
            "encoder of one step, such as 'stems'"
        )
    if model.encoder == "stems":
        if min(reading.tile) // model.stride < 1:
            raise ConfigError(
                f"strides: expected steps of at least {model.stride} x {model.stride} pixels, "
                f"got {reading.tile[0]} x {reading.tile[1]}"
            )
        return
    if any(side % model.stride for side in reading.size) or min(reading.size) // model.stride < 2:
        raise ConfigError(
            f"strides: expected an image of a multiple of {model.stride}, at least twice that, "
            f"got {reading.size[0]} x {reading.size[1]}"
        )
