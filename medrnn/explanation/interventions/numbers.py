"""Whole numbers as people write them: 5, [5, 6], "5-8" or "all", and back."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from medrnn.errors import ConfigError

MOST = 512 * 512  # no reading has more steps


def numbers(name: str, given: Any) -> tuple[int, ...] | None:
    """Whole numbers out of 5, [5, 6], "5-8" or "all" (None)."""
    if given is None or given == "all":
        return None
    if isinstance(given, str) and given.count("-") == 1:
        first, last = given.split("-")
        if first.isdecimal() and last.isdecimal() and int(first) <= int(last) < MOST:
            return tuple(range(int(first), int(last) + 1))
    many = [given] if isinstance(given, int) else given
    is_list = isinstance(many, Iterable) and not isinstance(many, str | Mapping)
    found = sorted(set(many)) if is_list and all(type(v) is int for v in many) else []
    if not found or found[0] < 0 or found[-1] >= MOST:
        raise ConfigError(
            f"{name}: expected whole numbers from 0 such as [4, 5, 6], a span such as '4-6', or 'all', got {given!r}."
        )
    return tuple(found)


def spans(given: Sequence[int], first: int) -> str:
    """Ascending numbers in words, counted from ``first``: (3, 4, 5, 9) as "4 to 6, 10"."""
    parts = np.split(np.asarray(given), np.flatnonzero(np.diff(given) > 1) + 1)
    shown = [(part[0] + first, part[-1] + first) for part in parts]
    return ", ".join(f"{a}" if a == b else f"{a} to {b}" for a, b in shown)
