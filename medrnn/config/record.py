"""What every settings record shares: checks of values, to and from plain dicts."""

import textwrap
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

import msgspec

from medrnn.errors import ConfigError

KINDS = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "text",
    tuple[int, int]: "two whole numbers",
    tuple[int, ...]: "whole numbers",
}


def shown(value: Any) -> str:
    """A wrong value in a sentence: never long, and a number of 5,000 digits has no text at all."""
    try:
        return textwrap.shorten(repr(value), 80, placeholder=" …")
    except ValueError:
        return "a number beyond all bounds"


def one_of(name: str, value: Any, choices: Mapping[str, str]) -> None:
    """Refuse a value that is no key of ``choices``."""
    if not isinstance(value, str) or value not in choices:
        raise ConfigError(f"{name}: expected one of {', '.join(choices)}, got {shown(value)}")


def between(name: str, value: float, low: float, high: float) -> None:
    """Refuse what is no number from ``low`` to ``high``."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not low <= value <= high:
        raise ConfigError(
            f"{name}: expected a number from {_digits(low)} to {_digits(high)}, got {shown(value)}"
        )


def _digits(bound: float) -> str:
    """Such as "0.9", "1,000,000"; never "1e+06"."""
    return f"{int(bound):,}" if bound == int(bound) else f"{bound:g}"


def _typed(name: str, value: Any, kind: Any) -> Any:
    """A setting as its field has it: a record from a dict, a tuple from a list, everything else of its own type."""
    if isinstance(kind, type) and issubclass(kind, Record):
        return kind.from_dict(value)
    try:
        return msgspec.convert(value, kind)
    except ValueError:
        wanted = KINDS.get(kind, "another value")
        raise ConfigError(f"{name}: expected {wanted}, got {shown(value)}") from None


@dataclass(frozen=True)
class Record:
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
