"""Small networks of every kind, for tests: which settings go together, and a second way to run a sweep."""

from dataclasses import replace
from itertools import product

import torch
from torch import Tensor

from medrnn.config import CORES, ENCODERS, READOUTS, ModelConfig, ReadingConfig
from medrnn.config.network import STEMMED, check_network
from medrnn.config.reading import WAYS, read_slices
from medrnn.errors import ConfigError
from medrnn.models.cells import CELLS, run_layer
from medrnn.models.networks import build_network

STEM = {"stem": (5, 3), "strides": (2, 1)}


def settings(encoder="none", core="stack", readout="mean+max", order="rows", **more):
    """Settings of a small network and its reading; ConfigError where they do not go together."""
    shape = {name: more.pop(name) for name in ("direction", "size", "channels") if name in more}
    if order == "slices":
        shape.pop("size", None)
        reading = replace(read_slices(5, 4), **shape)  # one place of the sheet is empty
    else:
        reading = ReadingConfig(order, **{"size": (8, 12), "patch": 4} | shape)
    stem = STEM if encoder in STEMMED else {}
    small = {"width": 4, "layers": 2, "classes": 3, "encoded": 6, "features": reading.features} | stem
    config = ModelConfig(encoder=encoder, core=core, readout=readout, **small | more)
    check_network(config, reading)
    return config, reading


def allowed():
    """Every combination that the checks allow, as arguments of ``settings``."""
    found = []
    for one in product(ENCODERS, CORES, READOUTS, WAYS):
        try:
            settings(*one)
        except ConfigError:
            continue
        found.append(one)
    return found


def build(*arguments, **more):
    """A network in double precision, in evaluation mode, its batch norms as if it had learnt something."""
    model = build_network(*settings(*arguments, **more)).double()
    for part in model.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.running_mean.uniform_(-0.5, 0.5)
            part.running_var.uniform_(0.5, 2)
    return model.eval()


def images(reading, count=2):
    """(image, step, feature) at random, and the images themselves (image, row, column, plane)."""
    from medrnn.sequences import lines

    shape = (*reading.size, 3) if reading.is_colour else reading.size
    pictures = torch.rand(count, *shape, dtype=torch.float64)
    planes = pictures if reading.is_colour else pictures[..., None]
    return lines(pictures, reading), planes


def by_hand(cell: str, rnn, sequence: Tensor, layer: int = 0) -> Tensor:
    """One layer of a module over (step, feature) by the cell's written-out equations, both directions side by side."""
    found = []
    for suffix in ("", "_reverse") if rnn.bidirectional else ("",):
        weights = {name: getattr(rnn, f"{name}_l{layer}{suffix}") for name in CELLS[cell].layout}
        turned = sequence.flip(0) if suffix else sequence
        states = run_layer(CELLS[cell], turned, weights)["h"]
        found.append(states.flip(0) if suffix else states)
    return torch.cat(found, -1)
