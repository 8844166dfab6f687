"""Which network weights are of, by their names and shapes: cell, layers, units, directions, read-out, classes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from medrnn.config import CELLS, MOST_CLASSES, READOUTS
from medrnn.config.network import ATTENDED
from medrnn.errors import CatalogError
from medrnn.models.adopt.header import Header

PART = re.compile(
    r"(?P<prefix>.*?)(?P<part>weight_ih|weight_hh|weight_hr|weight_ch|bias_ih|bias_hh)"
    r"_l(?P<layer>\d{1,3})(?P<way>_reverse)?"
)
CELL_OF = {4: "lstm", 3: "gru", 1: "rnn"}  # rows of the recurrent weights for each unit
ATTENTION = {
    "score.0.weight": (ATTENDED, -1),
    "score.0.bias": (ATTENDED,),
    "score.2.weight": (1, ATTENDED),
    "score.2.bias": (1,),
}
OWN = re.compile(r"encoder\.layers?\.|sweeps\.\d+\.|rows\.weight_|columns\.weight_")
MOST_NAMED = 4  # tensors in a sentence

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Found:
    """A network that can be built here.

    Attributes:
        cell: a key of ``config.CELLS``.
        layers, width: how many, and units of each.
        is_bidirectional: a second network reads from the end.
        features: values that the first layer reads at a step.
        outputs: of the head; 1 is a single logit of the second of two classes.
        readouts: keys of ``config.READOUTS`` that the head's width allows.
        names: of each tensor of the network here the one in the file, "" for zeros that the file leaves out.
    """

    cell: str
    layers: int
    width: int
    is_bidirectional: bool
    features: int
    outputs: int
    readouts: tuple[str, ...]
    names: Mapping[str, str]

    @property
    def classes(self) -> int:
        """How many there are."""
        return max(2, self.outputs)

    @property
    def title(self) -> str:
        """In words, such as "LSTM 2 x 128, both directions, reads 28 values a step, 2 classes"."""
        ways = ", both directions" if self.is_bidirectional else ""
        return (
            f"{CELLS[self.cell]} {self.layers} x {self.width}{ways}, reads {self.features} values a step, "
            + (f"{self.classes} classes")
        )


def recognise(header: Header) -> Found:
    """The network of a file.

    Args:
        header: of a sound file.

    Raises:
        CatalogError: it is none that can be built here; says what was expected and what came.
    """
    shapes = header.shapes
    parts = {name: found for name in shapes if (found := PART.fullmatch(name))}
    prefix = _prefix(shapes, {found["prefix"] for found in parts.values()})
    rnn = {name.removeprefix(prefix): shapes[name] for name in parts}
    cell, width = _cell(rnn)
    layers, is_both = _layers(parts)
    features = _two(rnn, "weight_ih_l0")[1]
    wanted = _wanted(cell, width, layers, is_both, features)
    names = _match(rnn, wanted, prefix)
    rest = {name: shape for name, shape in shapes.items() if name not in parts}
    head, readouts, more = _head(rest, width * (1 + is_both))
    left = [name for name in rest if name not in {*head.values(), *more.values()}]
    if left:
        raise CatalogError(
            f"Expected one recurrent network and one linear head, got more: {_named(left)}. A network with further "
            "layers cannot be built here from its weights alone."
        )
    outputs = rest[head["head.weight"]][0]
    if outputs > MOST_CLASSES:
        raise CatalogError(
            f"Expected a head of at most {MOST_CLASSES:,} classes, got one of {outputs:,}. Such a network cannot be "
            "shown here."
        )
    return Found(cell, layers, width, is_both, features, outputs, readouts, names | head | more)


def _named(names: list[str]) -> str:
    said = ", ".join(repr(name[:80]) for name in names[:MOST_NAMED])
    return said + (f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else "")


def _prefix(shapes: Shapes, prefixes: set[str]) -> str:
    """What stands before the names of the one recurrent module."""
    if any(OWN.match(name) for name in shapes):
        raise CatalogError(
            "These are weights of a network of this program whose stem, streams or sweeps no shape tells. Bring its "
            "settings too: the file Settings (JSON), or its card."
        )
    if not prefixes:
        raise CatalogError(
            "Expected the weights of a recurrent network under torch's names, such as 'lstm.weight_ih_l0'; got "
            f"{_named(list(shapes))}. Save the state_dict of a module with an nn.RNN, nn.LSTM or nn.GRU inside."
        )
    if len(prefixes) > 1:
        raise CatalogError(
            f"Expected one recurrent module, got {len(prefixes)}: {_named(sorted(prefixes))}. Only layers of one "
            "module can be built here from their weights."
        )
    return next(iter(prefixes))


def _two(shapes: Shapes, name: str) -> tuple[int, int]:
    """The shape of a matrix that has to be there."""
    shape = shapes.get(name, ())
    if len(shape) != 2 or not all(shape):
        raise CatalogError(
            f"Expected a matrix {name!r}, got {list(shape) or 'none'}. Save the whole state_dict."
        )
    return shape[0], shape[1]


def _cell(rnn: Shapes) -> tuple[str, int]:
    """The cell and its units: each gate has a row a unit."""
    if any(name.startswith("weight_hr") for name in rnn):
        raise CatalogError(
            "Expected an LSTM without projection, got 'weight_hr_l0' (proj_size). It cannot be built here; train one "
            "without."
        )
    rows, width = _two(rnn, "weight_hh_l0")
    cell = CELL_OF.get(rows // width if rows % width == 0 else 0)
    if cell is None:
        raise CatalogError(
            f"Expected 4 rows a unit (LSTM), 3 (GRU) or 1 (RNN) in 'weight_hh_l0', got {rows} rows for {width} units."
        )
    return ("peephole" if cell == "lstm" and "weight_ch_l0" in rnn else cell), width


def _layers(parts: Mapping[str, re.Match[str]]) -> tuple[int, bool]:
    """How many layers there are, and whether all of them read both ways."""
    numbers = {(int(found["layer"]), bool(found["way"])) for found in parts.values()}
    layers = 1 + max(number for number, _ in numbers)
    is_both = any(way for _, way in numbers)
    if numbers != {(k, way) for k in range(layers) for way in (False, True)[: 1 + is_both]}:
        raise CatalogError(
            "Expected every layer in the same directions, one is missing. Save the whole state_dict."
        )
    return layers, is_both


def _wanted(cell: str, width: int, layers: int, is_both: bool, features: int) -> dict[str, tuple[int, ...]]:
    """The shape of every tensor of the module."""
    rows = {name: count for count, name in CELL_OF.items()}["lstm" if cell == "peephole" else cell] * width
    found: dict[str, tuple[int, ...]] = {}
    for k in range(layers):
        size = features if k == 0 else width * (1 + is_both)
        for way in ("", "_reverse")[: 1 + is_both]:
            found |= {f"weight_ih_l{k}{way}": (rows, size), f"weight_hh_l{k}{way}": (rows, width)}
            found |= {f"bias_ih_l{k}{way}": (rows,), f"bias_hh_l{k}{way}": (rows,)}
            if cell == "peephole":
                found[f"weight_ch_l{k}{way}"] = (3 * width,)
    return found


def _match(rnn: Shapes, wanted: Shapes, prefix: str) -> dict[str, str]:
    """Our names to theirs; a module without any bias has zeros there."""
    has_bias = any(name.startswith("bias") for name in rnn)
    for name in [*rnn, *(n for n in wanted if has_bias or not n.startswith("bias"))]:
        if rnn.get(name) != wanted.get(name):
            came = "none" if name not in rnn else f"{list(rnn[name])}"
            expected = list(wanted[name]) if name in wanted else "none"
            raise CatalogError(
                f"Expected {name!r} of shape {expected}, got {came}. The layers do not fit together."
            )
    return {f"rnn.{name}": f"{prefix}{name}" if name in rnn else "" for name in wanted}


def _head(rest: Shapes, states: int) -> tuple[dict[str, str], tuple[str, ...], dict[str, str]]:
    """The linear layer over the states, which read-outs its width allows, and the tensors of attention."""
    more = _attention(rest, states)
    heads = [
        name
        for name, shape in rest.items()
        if len(shape) == 2 and shape[0] and shape[1] in (states, 2 * states) and name not in more.values()
    ]
    if len(heads) != 1:
        raise CatalogError(
            f"Expected one linear head over {states} or {2 * states} values, got "
            f"{_named(heads) if heads else 'none among ' + (_named(list(rest)) or 'no other tensors')}."
        )
    (weight,) = heads
    bias = weight.removesuffix("weight") + "bias"
    if bias in rest and rest[bias] != rest[weight][:1]:
        raise CatalogError(f"Expected {bias!r} of shape {list(rest[weight][:1])}, got {list(rest[bias])}.")
    if more and rest[weight][1] != states:
        raise CatalogError(f"Expected a head over {states} values behind attention, got {rest[weight][1]}.")
    readouts = ("attention",) if more else (("last",) if rest[weight][1] == states else ("mean+max",))
    assert set(readouts) <= set(READOUTS)
    return {"head.weight": weight, "head.bias": bias if bias in rest else ""}, readouts, more


def _attention(rest: Shapes, states: int) -> dict[str, str]:
    """The read-out of this program, under its own names; none where it is not whole."""
    wanted = {
        f"attention.{name}": tuple(states if n < 0 else n for n in shape) for name, shape in ATTENTION.items()
    }
    is_whole = all(rest.get(name) == shape for name, shape in wanted.items())
    return {name: name for name in wanted} if is_whole else {}
