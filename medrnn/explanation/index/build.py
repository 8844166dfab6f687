"""Building the index of hidden states: fused runs over batches of images, layer by layer."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from medrnn import sequences
from medrnn.datasets import Dataset
from medrnn.datasets.checks import require_one_length
from medrnn.errors import ConfigError
from medrnn.evaluation.evaluate import to_grids
from medrnn.explanation.index.states import StateIndex, data_key, index_passage
from medrnn.explanation.own_copy import own_copy
from medrnn.explanation.tracing.find import find_rnn, first_weight
from medrnn.explanation.tracing.inside import given_to
from medrnn.models.cards import Card
from medrnn.models.cells import Recurrent
from medrnn.models.classifier import Classifier
from medrnn.models.devices import exact_float32, memory_guard
from medrnn.models.places import Passage

LIMIT = 2_000  # images, by default
MOST_BYTES = 256 * 2**20  # of one index
BATCH = 256
Progress = Callable[[int, int], None]


def most_images(card: Card, module: str = "") -> int:
    """How many images of a module of a model fit into one index of at most 256 MiB.

    Raises:
        ConfigError: see ``states.index_passage``.
    """
    model, reading, passage = card.config.model, card.config.reading, index_passage(card, module)
    states = passage.places.steps * passage.layers * (1 + model.is_bidirectional) * model.width
    return MOST_BYTES // (2 * states + reading.size[0] * reading.size[1] * reading.planes)


def choose_rows(counts: tuple[int, int], limit: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """An even sample of two splits: as many of the one as of the other, as far as both have them.

    Args:
        counts: images in the validation and in the test split.
        limit: at most so many in all, at least 1.
        seed: of the draw, which is without replacement and even over each split.

    Returns:
        The chosen rows of each split, ascending.
    """
    rng, (val, test) = np.random.default_rng(seed), counts
    first = min(val, max(limit // 2, limit - test))
    second = min(test, limit - first)
    return np.sort(rng.permutation(val)[:first]), np.sort(rng.permutation(test)[:second])


def single_layers(rnn: Recurrent) -> Iterator[Recurrent]:
    """Each layer with its own weights as a module of one layer, both directions together."""
    ways, width, weight = 1 + rnn.bidirectional, rnn.input_size, first_weight(rnn)
    for layer in range(rnn.num_layers):
        single = type(rnn)(
            width,
            rnn.hidden_size,
            bias=rnn.bias,
            batch_first=True,
            bidirectional=rnn.bidirectional,
            device="meta",  # nothing is drawn at random
            dtype=weight.dtype,
        ).to_empty(device=weight.device)
        own = {n: w for n, w in rnn.state_dict().items() if n.removesuffix("_reverse").endswith(f"_l{layer}")}
        single.load_state_dict({name.replace(f"_l{layer}", "_l0"): w for name, w in own.items()})
        yield single.eval().requires_grad_(False)
        width = ways * rnn.hidden_size


def read_states(layers: list[Recurrent], x: Tensor) -> Tensor:
    """Hidden states (batch, step, layer x direction x unit) of sequences (batch, step, feature)."""
    kept = []
    for layer in layers:
        x = layer(x)[0]
        kept.append(x)
    return torch.cat(kept, -1)


def _in_places(states: Tensor, passage: Passage, batch: int) -> Tensor:
    """States (batch x line, step, unit) of a sweep as (batch, place, unit), its map from the top left, line by line."""
    if not passage.is_sweep:
        return states
    table = states.reshape(batch, passage.lines, passage.steps, -1)
    return (table if passage.axis == "rows" else table.transpose(1, 2)).flatten(1, 2)


def _check_count(card: Card, count: int, module: str) -> None:
    most = most_images(card, module)
    if not 0 < count <= most:
        raise ConfigError(
            f"Expected 1 to {most} images (an index has at most {MOST_BYTES // 2**20} MiB), got {count}. "
            "Choose fewer images, or a smaller model."
        )


def build_index(
    card: Card,
    model: Classifier,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    module: str = "",
    data: str | Path = "",
    classes: tuple[str, ...] = (),
    is_test: np.ndarray | None = None,
    rows: np.ndarray | None = None,
    progress: Progress = lambda done, total: None,
) -> StateIndex:
    """Read every image and keep every hidden state of one module: fused runs of batches, layer by layer.

    The model is given back as found; nothing is written.

    Args:
        card: of the model.
        model: on the device that is to run.
        images: (image, row, column) or (image, row, column, 3) uint8, cut and resized where the model reads another
            size; kept in colour where it reads colour.
        labels: (image,) indices of classes.
        module: a name of ``Classifier.recurrent``; "" for the one that reads last.
        data: the data set's name or place.
        classes: names of the labels, by default the model's.
        is_test: (image,) bool, by default all False.
        rows: (image,) the image's row in its split, by default 0, 1, 2 and so on.
        progress: called after each batch with the images done and all; an exception in it ends the work.

    Raises:
        ConfigError: no image, or more than fit into one file; no such module, or none at all.
        DeviceError: the GPU's memory ran out.
    """
    _check_count(card, len(images), module)
    reading, passage, own = card.config.reading, index_passage(card, module), own_copy(model)
    rnn = find_rnn(own, passage.name)
    device, planes = first_weight(rnn).device, (3,) if reading.is_colour else ()
    grids, states = np.empty((len(images), *reading.size, *planes), np.uint8), np.empty(0, np.float16)
    with torch.inference_mode(), memory_guard(), exact_float32():
        layers = list(single_layers(rnn))
        for start in range(0, len(images), BATCH):
            some = to_grids(images[start : start + BATCH], reading)
            stop = start + len(some)
            given = given_to(own, passage.name, sequences.lines(some.to(device), reading))
            found = _in_places(read_states(layers, given), passage, len(some))
            if not start:  # the first batch says the shape
                states = np.empty((len(images), *found.shape[1:]), np.float16)
            states[start:stop] = found.half().cpu().numpy()
            grids[start:stop] = np.rint(255 * some.numpy())
            progress(stop, len(images))
    return StateIndex(
        model=card.id,
        digest=card.digest,
        data=data_key(data),
        classes=classes or card.classes,
        reading=passage.places,
        layers=rnn.num_layers,
        directions=("forward", "backward")[: 1 + rnn.bidirectional],
        states=states,
        grids=grids,
        labels=np.asarray(labels, np.int64),
        is_test=np.zeros(len(images), bool) if is_test is None else np.asarray(is_test, bool),
        rows=np.arange(len(images)) if rows is None else np.asarray(rows, np.int64),
        module=passage.name,
    )


def index_dataset(
    card: Card,
    model: Classifier,
    found: Dataset,
    *,
    module: str = "",
    data: str | Path | None = None,
    limit: int = LIMIT,
    seed: int = 0,
    progress: Progress = lambda done, total: None,
) -> StateIndex:
    """``build_index`` for an even sample of the validation and the test images of a data set.

    Args:
        card: of the model.
        model: on the device that is to run.
        found: the data set, its images (image, row, column) or (image, row, column, 3) uint8.
        module: see ``build_index``.
        data: the name or place it was loaded by, by default its own name.
        limit: at most so many images; fewer where they would not fit into one index.
        seed: of the sample.
        progress: see ``build_index``.

    Raises:
        ConfigError: the limit is below 1, or there is no such module.
        DataError: series of unlike lengths.
        DeviceError: the GPU's memory ran out.
    """
    if limit < 1:
        raise ConfigError(f"limit: expected at least 1 image, got {limit}. Choose more images.")
    require_one_length(found, "An index")
    most = min(limit, most_images(card, module))
    val, test = choose_rows((len(found.val), len(found.test)), most, seed)
    return build_index(
        card,
        model,
        np.concatenate([found.val.images[val], found.test.images[test]]),
        np.concatenate([found.val.labels[val], found.test.labels[test]]),
        module=module,
        data=found.name if data is None else data,
        classes=found.classes,
        is_test=np.arange(len(val) + len(test)) >= len(val),
        rows=np.concatenate([val, test]),
        progress=progress,
    )
