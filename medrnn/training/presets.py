"""The recipes of the shipped models, by name."""

from dataclasses import replace

from medrnn.config import CELLS, ModelConfig, ReadingConfig, Strength, TrainConfig
from medrnn.config.reading import read_slices

# Three layers of 128 units over the rows, batches of 128, ten epochs. The learning rate makes the difference: at a
# constant .001 the last epoch of the LSTM stood at .986 on test, in one cycle up to .003 and down to nothing at .993.
_ARTICLE = TrainConfig(
    data="mnist",
    model=ModelConfig(features=28, classes=10, layers=3, width=128, dropout=0.2, readout="last"),
    epochs=10,
    batch=128,
    optimizer="adam",
    learning_rate=3e-3,
    weight_decay=0.0,
    schedule="one-cycle",
    clip=1.0,
    keep="last",
)
_PNEUMONIA = TrainConfig(
    data="pneumoniamnist",
    model=ModelConfig(
        features=28, classes=2, layers=2, width=128, is_bidirectional=True, dropout=0.2, readout="mean+max"
    ),
    epochs=20,
    batch=64,
    optimizer="adamw",
    learning_rate=2e-3,
    weight_decay=1e-2,
    schedule="one-cycle",
    label_smoothing=0.05,
    clip=1.0,
    average="ema",
    ema_decay=0.99,
    augment="light",
    keep="best",
)
_FORWARD = replace(_PNEUMONIA, model=replace(_PNEUMONIA.model, is_bidirectional=False, readout="last"))


def _with_cell(config: TrainConfig, cell: str) -> TrainConfig:
    return replace(config, model=replace(config.model, cell=cell))


def _with_reading(config: TrainConfig, reading: ReadingConfig) -> TrainConfig:
    return replace(config, reading=reading, model=replace(config.model, features=reading.features))


_ORDERS = {  # one network, every way through the image, for the scan-order test
    "up": ReadingConfig("rows", "reverse"),
    "columns": ReadingConfig("columns"),
    "left": ReadingConfig("columns", "reverse"),
    "raster": ReadingConfig("raster"),
    "snake": ReadingConfig("snake"),
}

_STEM, _STRIDES = (24, 24, 48, 48), (2, 1, 2, 1)  # 64 x 64 pixels become a map of 16 x 16
_RENET = replace(
    _PNEUMONIA,
    data="chest64",
    reading=ReadingConfig(size=(64, 64)),
    model=ModelConfig(
        cell="lstm",
        features=64,
        classes=2,
        layers=1,
        width=56,
        is_bidirectional=True,
        readout="mean+max",
        encoder="stem",
        stem=_STEM,
        strides=_STRIDES,
        core="sweeps",
    ),
    augment="films",
)
_ROWS = replace(
    _RENET.model, cell="gru", core="stack", width=72, stem=(*_STEM[:3], 16)
)  # the same size, so that only the way of reading differs
_CNN = replace(_RENET.model, core="none", stem=(*_STEM, 72, 72, 72), strides=(*_STRIDES, 2, 1, 1))
_SLICES = read_slices(12, 32, slice_mm=2.0, pixel_mm=1.0, scale="median")
# Two numbers at a place of the stem's map: more of them learn the place in the head and not the lesion. The last epoch
# is kept, because validation is one other person with fainter lesions.
_BLOCKS = TrainConfig(
    data="ms-slices",
    model=ModelConfig(
        cell="gru",
        features=_SLICES.features,
        classes=2,
        layers=1,
        width=12,
        is_bidirectional=True,
        dropout=0.2,
        readout="attention",
        encoder="stems",
        stem=(8, 8, 2),
        strides=(1, 1, 1),
    ),
    reading=_SLICES,
    epochs=12,
    batch=32,
    learning_rate=8e-3,
    weight_decay=5e-2,
    schedule="one-cycle",
    label_smoothing=0.05,
    average="ema",
    ema_decay=0.98,
    augment="own",
    strength=Strength(shift=0.06, degrees=15.0, scale=0.3, gain=0.1, offset=0.05, mirror="across"),
    keep="last",
)
_OFFICIAL = replace(  # PneumoniaMNIST as it is, 28 x 28 pixels: a map of 14 x 14
    _PNEUMONIA, model=replace(_RENET.model, features=28, stem=(24, 48), strides=(2, 1))
)
_DIGITS = replace(  # ReNet over digits; a map of 7 x 7
    _OFFICIAL,
    data="mnist",
    model=replace(_OFFICIAL.model, classes=10, width=48, stem=(24, 48, 64), strides=(1, 2, 2)),
    epochs=12,
    batch=128,
    learning_rate=3e-3,
    ema_decay=0.998,
    augment="own",
    strength=Strength(shift=0.08, degrees=10.0, scale=0.1, gain=0.0, offset=0.0),
    keep="last",
)
_COLOUR = ReadingConfig(size=(64, 64), channels="rgb")

PRESETS: dict[str, TrainConfig] = {
    **{f"pneumonia-{cell}": _with_cell(_PNEUMONIA, cell) for cell in CELLS},
    **{f"pneumonia-{cell}-forward": _with_cell(_FORWARD, cell) for cell in CELLS},
    **{f"pneumonia-lstm-{name}": _with_reading(_FORWARD, reading) for name, reading in _ORDERS.items()},
    **{f"mnist-{cell}": _with_cell(_ARTICLE, cell) for cell in CELLS},
    "official-best": _OFFICIAL,
    "mnist-renet": _DIGITS,
    "chest-renet": _RENET,
    "chest-rows": replace(_RENET, model=_ROWS),
    "chest-cnn": replace(_RENET, model=_CNN),
    "chest-kinds": replace(_RENET, data="chest64-kinds", model=replace(_RENET.model, classes=3)),
    "ms-slices": _BLOCKS,
    "blood-renet": replace(
        _RENET,
        data="blood64",
        reading=_COLOUR,
        model=replace(
            _RENET.model,
            features=_COLOUR.features,
            classes=8,
            width=64,
            stem=(32, 32, 48, 48, 64, 64),
            strides=(2, 1, 2, 1, 2, 1),
        ),
        epochs=36,
        batch=32,
        learning_rate=3e-3,
        weight_decay=5e-2,
        augment="cells",
    ),
}

QUICK = TrainConfig(
    data="pneumoniamnist",
    model=ModelConfig(cell="lstm", layers=1, width=64, dropout=0.1, readout="mean+max"),
    epochs=5,
    batch=64,
    augment="light",
    keep="best",
)
_LESSON = TrainConfig(
    data="mnist",
    model=ModelConfig(cell="lstm", classes=10, layers=1, width=64, dropout=0.0),
    steps=600,
    batch=64,
    optimizer="adam",
    weight_decay=0.0,
    schedule="constant",
    limit=10_000,
)
_STEEP = replace(
    _LESSON, model=replace(_LESSON.model, cell="rnn", init="torch"), optimizer="sgd", learning_rate=0.1
)
# One setting that is wrong, beside the same with the right one.
TEACHING: dict[str, TrainConfig] = {
    "rate-too-low": replace(_LESSON, learning_rate=1e-5),
    "rate-right": replace(_LESSON, learning_rate=3e-3),
    "rate-too-high": replace(_LESSON, learning_rate=0.3),
    "rnn-unclipped": replace(_STEEP, clip=0.0),
    "rnn-clipped": _STEEP,
}
ALL: dict[str, TrainConfig] = {"quick": QUICK, **PRESETS, **TEACHING}
