"""What is the same for every visitor is made once: a bounded store of things that nobody may change."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import numpy as np

Made = TypeVar("Made")


class _Thing:
    """One thing, made by the first who asks while the others wait."""

    def __init__(self) -> None:
        self._lock, self._is_made = threading.Lock(), False
        self._value: Any = None

    def get(self, make: Callable[[], Made]) -> Made:
        with self._lock:
            if not self._is_made:
                self._value, self._is_made = read_only(make()), True
            value: Made = self._value
            return value


class Kept:
    """At most so many things by their keys; the one not asked for longest goes. Safe to use from many threads."""

    def __init__(self, most: int) -> None:
        """Begin empty.

        Args:
            most: how many things.
        """
        self._most, self._lock = most, threading.Lock()
        self._things: OrderedDict[Hashable, _Thing] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """The thing under a key; made where it is not there. What ``make`` raises is not kept."""
        with self._lock:
            thing = self._things.setdefault(key, _Thing())
            self._things.move_to_end(key)
            while len(self._things) > self._most:
                self._things.popitem(last=False)
        return thing.get(make)

    def drop(self, key: Hashable) -> None:
        """Let go of what stands under a key, where anything does."""
        with self._lock:
            self._things.pop(key, None)

    @property
    def names(self) -> list[Hashable]:
        """The keys of what is there, the one to go first first."""
        with self._lock:
            return list(self._things)


def read_only(value: Made) -> Made:
    """The same value; its arrays, and those in its fields, mappings and sequences, refuse to be written to."""
    if isinstance(value, np.ndarray):
        value.flags.writeable = False
    elif is_dataclass(value):
        for field in fields(value):
            read_only(getattr(value, field.name))
    elif isinstance(value, dict):
        for part in value.values():
            read_only(part)
    elif isinstance(value, list | tuple):
        for part in value:
            read_only(part)
    return value
