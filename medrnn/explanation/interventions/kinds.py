"""What can be done to a network while it reads: frozen records, checked, to and from plain dicts.

Steps, layers and units count from 0 here and in files, steps and layers from 1 in words. A step is a moment in
reading order: after an image was shuffled, step 3 is the fourth moment, whatever is read then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from medrnn.config import CELLS, ModelConfig, ReadingConfig
from medrnn.errors import ConfigError
from medrnn.explanation.interventions.numbers import numbers, spans
from medrnn.models.places import Passage, passages

DIRECTIONS = ("forward", "backward")
FILLS = {"black": "black", "mean": "the mean of the image"}
MEMORY = ("clamp", "zero", "freeze", "reset")  # what is done to the memory of a module


@dataclass(frozen=True)
class Kind:
    """One thing that can be done: what it is called, what it does, and which settings it takes and needs."""

    title: str
    says: str
    takes: tuple[str, ...]
    needs: tuple[str, ...] = ()


WHERE = ("module", "layer", "direction", "units", "steps")

INTERVENTIONS = {
    "clamp": Kind(
        "Clamp",
        "Hold a gate, a candidate or a state at one value, whatever the network would have computed.",
        ("symbol", "value", *WHERE),
        ("symbol", "value"),
    ),
    "zero": Kind(
        "Silence", "Set the memory of units (h, and C where there is one) to 0 after each step.", WHERE
    ),
    "freeze": Kind("Freeze", "Let units keep the memory that they had before the step.", WHERE),
    "reset": Kind("Reset", "Empty the memory just before a step is read.", WHERE, ("steps",)),
    "skip": Kind(
        "Skip", "Do not read some steps at all, as if the image had no such place.", ("steps",), ("steps",)
    ),
    "shuffle": Kind("Shuffle", "Read the steps in another order, drawn from a seed.", ("steps", "seed")),
    "blank": Kind(
        "Blank", "Read an even grey in place of a band of the image.", ("steps", "value"), ("steps",)
    ),
}


def _ranges() -> dict[str, tuple[float, float]]:
    """The (lowest, highest) value of every gate and state of every cell; torch is loaded when first asked for."""
    from medrnn.models.cells import CELLS

    return {symbol: limits for cell in CELLS.values() for symbol, limits in cell.ranges.items()}


@dataclass(frozen=True)
class Intervention:
    """One change that is made while a network reads.

    Attributes:
        kind: a key of ``INTERVENTIONS``.
        symbol: for "clamp": a gate or state of the cell, within ``Cell.ranges``. ``z`` is the usual update gate. To
            hold C, its forget gate is held at 1 and its input gate at 0 (``Cell.holding``), and traces show them so.
        value: for "clamp" a number; for "blank" a grey value in [0, 1], "black" or "mean" (of the whole image).
        layer: from 0, None for all.
        direction: "forward", "backward", None for all.
        units: ascending, None for all.
        steps: ascending, None for all.
        seed: of "shuffle".
        module: whose memory, a name of ``Classifier.recurrent``, None for every recurrent module. Steps are its own: of
            one that sweeps a map the places along a line, and the same is done in all lines.
    """

    kind: str
    symbol: str = ""
    value: float | str | None = None
    layer: int | None = None
    direction: str | None = None
    units: tuple[int, ...] | None = None
    steps: tuple[int, ...] | None = None
    seed: int = 0
    module: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in INTERVENTIONS:
            raise ConfigError(f"kind: expected one of {', '.join(INTERVENTIONS)}, got {self.kind!r}.")
        for name in ("units", "steps"):
            object.__setattr__(self, name, numbers(name, getattr(self, name)))
        self._check_settings()
        if self.kind == "clamp":
            self._check_clamp()
        if self.kind == "blank":
            self._check_fill()

    def _check_settings(self) -> None:
        how = INTERVENTIONS[self.kind]
        given = {name for name, default in _DEFAULTS.items() if getattr(self, name) != default}
        wrong = sorted(given - set(how.takes)) or [name for name in how.needs if name not in given]
        if wrong:
            verb = "takes no" if wrong[0] in given else "needs"
            raise ConfigError(f"{self.kind} {verb} {wrong[0]!r}; it takes {', '.join(how.takes)}.")
        if self.direction not in (None, *DIRECTIONS):
            raise ConfigError(f"direction: expected forward, backward or all, got {self.direction!r}.")
        if self.module is not None and (not isinstance(self.module, str) or not self.module):
            raise ConfigError(f"module: expected a name or all, got {self.module!r}.")
        for name, value in (("layer", self.layer), ("seed", self.seed)):
            if value is not None and (type(value) is not int or not 0 <= value < 2**31):
                raise ConfigError(f"{name}: expected a whole number from 0, got {value!r}.")

    def _check_value(self, low: float, high: float, more: str = "") -> None:
        value = self.value
        is_within = isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
        if not is_within:
            raise ConfigError(f"value: expected a number from {low:g} to {high:g}{more}, got {value!r}.")

    def _check_clamp(self) -> None:
        ranges = _ranges()
        if self.symbol not in ranges:
            raise ConfigError(f"symbol: expected one of {', '.join(ranges)}, got {self.symbol!r}.")
        self._check_value(*ranges[self.symbol])

    def _check_fill(self) -> None:
        if self.value is None:
            object.__setattr__(self, "value", "black")
        if self.value not in FILLS:
            self._check_value(0, 1, f", or one of {', '.join(FILLS)}")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The record, checked.

        Args:
            values: settings by name. ``units`` and ``steps`` are a number, a list, a span "first-last" with both
                ends in, or "all"; ``module``, ``layer`` and ``direction`` may be "all".

        Raises:
            ConfigError: a name is unknown, missing or not of this kind, or a value is out of range.
        """
        if not isinstance(values, Mapping):
            raise ConfigError(f"edit: expected settings by name, got {type(values).__name__}.")
        unknown = sorted(set(values) - {"kind", *_DEFAULTS})
        if unknown:
            raise ConfigError(
                f"edit: unknown setting {unknown[0]!r}; known are kind, {', '.join(_DEFAULTS)}."
            )
        if not isinstance(values.get("kind"), str):
            raise ConfigError(
                f"edit: expected a kind out of {', '.join(INTERVENTIONS)}, got {values.get('kind')!r}."
            )
        everywhere = {name: None for name in ("module", "layer", "direction") if values.get(name) == "all"}
        return cls(**{**values, **everywhere})

    def to_dict(self) -> dict[str, Any]:
        """Plain dict of JSON values that ``from_dict`` takes: only what differs from the defaults."""
        given = {name: getattr(self, name) for name in _DEFAULTS if getattr(self, name) != _DEFAULTS[name]}
        return {"kind": self.kind} | {k: list(v) if isinstance(v, tuple) else v for k, v in given.items()}

    @property
    def title(self) -> str:
        """In words, such as "Clamp f at 0, layer 1, units 3, 5, steps 9 to 15"."""
        words = [INTERVENTIONS[self.kind].title + (f" {self.symbol}" if self.symbol else "")]
        if self.value is not None:
            words[0] += (
                f" at {self.value:g}" if not isinstance(self.value, str) else f" with {FILLS[self.value]}"
            )
        words += [f"module {self.module}"] if self.module else []
        words += [f"layer {self.layer + 1}"] if self.layer is not None else []
        words += [self.direction] if self.direction else []
        words += [f"units {spans(self.units, 0)}"] if self.units else []
        words += [f"steps {spans(self.steps, 1)}"] if self.steps else []
        return ", ".join(words + ([f"seed {self.seed}"] if self.kind == "shuffle" else []))

    def touches(self, steps: int) -> np.ndarray:
        """(step,) bool: where it acts, in a reading of so many steps."""
        chosen = np.ones(steps, bool) if self.steps is None else np.zeros(steps, bool)
        chosen[[step for step in self.steps or () if step < steps]] = True
        return chosen

    def acts_on(self, module: str) -> bool:
        """Whether it changes the memory of that module."""
        return self.kind in MEMORY and self.module in (None, module)

    def acts_in(self, layer: int, direction: str) -> bool:
        """Whether it changes the memory of that layer and direction."""
        return self.kind in MEMORY and self.layer in (None, layer) and self.direction in (None, direction)


_DEFAULTS: dict[str, Any] = {
    name: field.default for name, field in Intervention.__dataclass_fields__.items() if name != "kind"
}


def seed_of(edits: Iterable[Intervention]) -> int | None:
    """The seed of the first one that draws, None where none does; every seed stands in its own intervention."""
    return next((one.seed for one in edits if "seed" in INTERVENTIONS[one.kind].takes), None)


def _check_kind(one: Intervention, model: ModelConfig) -> None:
    if not model.is_recurrent and one.kind != "blank":
        raise ConfigError(
            f"{one.kind}: a convolutional network has no steps and no memory, expected 'blank'."
        )
    if model.core != "stack" and one.kind in ("skip", "shuffle"):
        raise ConfigError(
            f"{one.kind}: a network that reads rows and columns has no one order of steps. Blank a band of the image "
            "instead, or reset the memory."
        )


def _acted_on(one: Intervention, model: ModelConfig, reading: ReadingConfig) -> list[Passage]:
    """The modules that an intervention is about, at least one."""
    found = passages(model, reading)
    if one.module is not None and one.module not in found:
        raise ConfigError(f"module: expected one of {', '.join(found)}, got {one.module!r}.")
    return [passage for name, passage in found.items() if one.module in (None, name)]


def _check_fits(one: Intervention, model: ModelConfig, steps: int, reading: ReadingConfig | None) -> None:
    _check_kind(one, model)
    modules = _acted_on(one, model, reading or ReadingConfig())
    if reading and one.kind in MEMORY and model.core != "stack":
        steps = max(module.steps for module in modules)
    limits = (("steps", steps), ("units", model.width))
    for name, count in limits:
        if (getattr(one, name) or (0,))[-1] >= count:
            raise ConfigError(
                f"{name}: expected 0 to {count - 1}, got {getattr(one, name)[-1]} ({one.title})."
            )
    layers = max((module.layers for module in modules), default=1)
    if (one.layer or 0) >= layers:
        raise ConfigError(f"layer: expected 0 to {layers - 1}, got {one.layer}.")
    if one.direction == "backward" and not model.is_bidirectional:
        raise ConfigError("direction: expected forward, got backward; this model only reads forward.")
    if one.symbol:
        _check_symbol(one.symbol, model.cell)


def _check_symbol(symbol: str, cell: str) -> None:
    from medrnn.models import cells

    if symbol not in cells.CELLS[cell].ranges:
        known = ", ".join(cells.CELLS[cell].ranges)
        raise ConfigError(f"symbol: {CELLS[cell]}: expected one of {known}, got {symbol!r}.")


def check_interventions(
    interventions: Iterable[Intervention],
    model: ModelConfig,
    steps: int,
    reading: ReadingConfig | None = None,
) -> tuple[Intervention, ...]:
    """The interventions, if a network of that kind can be changed so while it reads so many steps.

    Args:
        interventions: what is to be done.
        model: the network.
        steps: of its one sequence, else those after which it answers (of a convolutional network the rows of its map).
        reading: what it reads; with it, steps of a module that reads other steps are checked against its own.

    Raises:
        ConfigError: no such module, layer, direction, unit, gate or step, or nothing would be left to read.
    """
    found = tuple(interventions)
    for one in found:
        _check_fits(one, model, steps, reading)
    if steps and sum((one.touches(steps) for one in found if one.kind == "skip"), np.zeros(steps, int)).all():
        raise ConfigError(
            f"skip: expected at least one of the {steps} steps to be read, got none. Skip fewer."
        )
    return found
