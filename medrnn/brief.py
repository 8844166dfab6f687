"""One line in place of a dump: what a record of arrays says of itself in a notebook."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

WIDEST = 40  # letters of one value


def _say(value: Any) -> str:
    """A value in a few letters: of an array its shape and type, of many values how many."""
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        kind = str(value.dtype).removeprefix("torch.")
        return f"{tuple(value.shape)} {kind}" if value.shape else f"{float(value):.6g}"
    if isinstance(value, Mapping):
        return f"{len(value)} by name"
    if isinstance(value, float):
        return f"{value:.6g}"
    said = repr(value)
    if isinstance(value, tuple | list) and len(said) > WIDEST:
        return f"{len(value)} values"
    return said if len(said) <= WIDEST else f"{said[:WIDEST]}..."


class Brief:
    """A dataclass with one line for a repr; declare it with ``repr=False``."""

    def __repr__(self) -> str:
        shown = (field for field in fields(self) if field.repr)  # type: ignore[arg-type]
        return f"{type(self).__name__}({', '.join(f'{f.name}={_say(getattr(self, f.name))}' for f in shown)})"
