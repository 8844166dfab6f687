"""Records of medrnn as JSON and raw arrays, for the way between processes: nothing is ever unpickled."""

import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np

from medrnn import errors, types
from medrnn.imaging.files.archive import Unpacked
from medrnn.imaging.files.arrays import Arrays
from medrnn.imaging.limits import NeedsMore
from medrnn.imaging.series.members import Member

RECORDS = {
    record.__name__: record
    for record in (
        types.Study,
        types.Window,
        types.Geometry,
        types.Applied,
        types.Mask,
        Member,
        Unpacked,
        Arrays,
    )
}
ERRORS = {error.__name__: error for error in (errors.ImageError, NeedsMore)}
NUMBERS = "biuf"  # kinds of arrays
ALIGN = 64  # bytes; each array begins on a cache line


def _padded(size: int) -> int:
    return size + -size % ALIGN


class _Writer:
    """Turns values to JSON and keeps the arrays met on the way, each once."""

    def __init__(self) -> None:
        self.arrays: list[np.ndarray] = []
        self.size = 0
        # by id; the array too, so that no id is used twice
        self._seen: dict[int, tuple[np.ndarray, list[Any]]] = {}

    def plain(self, value: Any) -> Any:
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, list | tuple):
            return {type(value).__name__: [self.plain(v) for v in value]}
        if isinstance(value, bytes):
            return {"bytes": self._array(np.frombuffer(value, np.uint8))}
        if isinstance(value, np.ndarray) and value.dtype.kind in NUMBERS:
            if value.size and not any(value.strides):  # one value, repeated
                return {"even": [value.dtype.str, list(value.shape), value.flat[0].item()]}
            return {"array": self._array(value)}
        name = type(value).__name__
        if ERRORS.get(name) is type(value):
            return {"error": [name, str(value)]}
        if RECORDS.get(name) is type(value):
            return {"record": [name, {f.name: self.plain(getattr(value, f.name)) for f in fields(value)}]}
        raise TypeError(f"expected a record of medrnn, got {name}")

    def _array(self, array: np.ndarray) -> list[Any]:
        if id(array) not in self._seen:
            self._seen[id(array)] = (array, [array.dtype.str, list(array.shape), self.size])
            self.arrays.append(np.ascontiguousarray(array))
            self.size += _padded(array.nbytes)
        return self._seen[id(array)][1]


class _Reader:
    """The way back; arrays are views of ``memory``."""

    def __init__(self, memory: Any) -> None:
        self._memory = memory
        self._made: dict[tuple[Any, ...], np.ndarray] = {}

    def value(self, plain: Any) -> Any:
        if not isinstance(plain, dict):
            return plain
        ((kind, inside),) = plain.items()
        if kind == "list":
            return [self.value(v) for v in inside]
        if kind == "tuple":
            return tuple(self.value(v) for v in inside)
        if kind in ("array", "bytes"):
            found = self._array(*inside)
            return found if kind == "array" else found.data
        if kind == "even":
            dtype, shape, one = inside
            return np.broadcast_to(np.array(one, dtype), shape)
        name, content = inside
        return ERRORS[name](content) if kind == "error" else self._record(name, content)

    def _record(self, name: str, content: dict[str, Any]) -> Any:
        return RECORDS[name](**{field: self.value(v) for field, v in content.items()})

    def _array(self, dtype: str, shape: list[int], at: int) -> np.ndarray:
        kind, key = np.dtype(dtype), (dtype, *shape, at)
        if kind.kind not in NUMBERS or min([0, at, *shape]) < 0:
            raise ValueError("expected an array of numbers inside the memory")
        if key not in self._made:
            count = int(np.prod(shape, dtype=np.int64))
            flat = np.frombuffer(self._memory, kind, count, at) if count else np.empty(0, kind)
            self._made[key] = flat.reshape(shape)
        return self._made[key]


def encode(value: Any) -> tuple[bytes, list[np.ndarray]]:
    """A record, an error, or lists of them, as JSON and the arrays that it names.

    An array that a record holds twice is written once and comes back as one; one of a single repeated value, as
    ``np.broadcast_to`` makes it, travels as that value.

    Raises:
        TypeError: there is something in it that has no place in a record.
    """
    writer = _Writer()
    return json.dumps(writer.plain(value)).encode(), writer.arrays


def decode(head: bytes, memory: Any) -> Any:
    """What was encoded; its arrays lie in ``memory``, a buffer of bytes, and are not copied; bytes are memoryviews.

    Raises:
        ValueError, KeyError, TypeError: this was not made by ``encode``.
    """
    return _Reader(memory).value(json.loads(head))


def write(arrays: list[np.ndarray], put: Callable[[Any], object]) -> int:
    """Hand the bytes of all arrays to ``put``, each on its boundary; returns how many bytes there were.

    The list is emptied on the way, so that what was written need not be held twice.
    """
    total = 0
    arrays.reverse()
    while arrays:
        array = arrays.pop()
        if array.nbytes:
            put(array.data.cast("B"))
        put(bytes(-array.nbytes % ALIGN))
        total += _padded(array.nbytes)
    return total
