"""A copy of a run's curves that TensorBoard reads: ``tensorboard --logdir runs``.

The file is made anew from the events whenever the run begins or goes on, and follows them from then on; a run is no
worse where it cannot be written. The format is that of TensorFlow's ``record_writer`` and ``event.proto``: records with
masked CRC-32C, protocol buffers of scalars. TensorBoard's own writer would cost a run the import of its package.
"""

import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from medrnn.errors import MedrnnError
from medrnn.training.runs.events import Epoch, Kind, Step, decode_event
from medrnn.training.runs.journal import all_events

NAME = "events.out.tfevents."  # by which TensorBoard finds it
VERSION = "brain.Event:2"
POLYNOMIAL = 0x82F63B78  # Castagnoli's, reversed
MASK = 0xA282EAD8
TAGS = {  # of an event's field the name in TensorBoard
    Step: {
        "loss": "loss/training",
        "accuracy": "accuracy/training",
        "rate": "learning rate",
        "gradient": "gradient norm",
        "images_per_s": "images a second",
    },
    Epoch: {
        "val_loss": "loss/validation",
        "val_accuracy": "accuracy/validation",
        "val_auc": "AUC/validation",
    },
}


def _table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (POLYNOMIAL if value & 1 else 0)
        table.append(value)
    return table


_TABLE = _table()


def crc32c(data: bytes) -> int:
    """The checksum of RFC 3720, appendix B.4."""
    found = 0xFFFFFFFF
    for byte in data:
        found = found >> 8 ^ _TABLE[(found ^ byte) & 0xFF]
    return found ^ 0xFFFFFFFF


def _masked(data: bytes) -> bytes:
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + MASK) & 0xFFFFFFFF)


def record(data: bytes) -> bytes:
    """One record of the file: its length and its bytes, each with a checksum."""
    length = struct.pack("<Q", len(data))
    return length + _masked(length) + data + _masked(data)


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def _text(field: int, data: bytes) -> bytes:
    return bytes([field << 3 | 2]) + _varint(len(data)) + data


def _scalars(event: Step | Epoch) -> Iterator[bytes]:
    for name, tag in TAGS[type(event)].items():
        value = getattr(event, name)
        if value is not None:
            yield _text(1, _text(1, tag.encode()) + bytes([2 << 3 | 5]) + struct.pack("<f", value))


def to_records(event: Kind) -> bytes:
    """An event of a run as a record; empty for one that has no place on a curve."""
    if not isinstance(event, Step | Epoch):
        return b""
    when = bytes([1 << 3 | 1]) + struct.pack("<d", event.time) + bytes([2 << 3]) + _varint(event.step)
    return record(when + _text(5, b"".join(_scalars(event))))


class Board:
    """The file of one life of a run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: IO[bytes] | None = None
        self._is_given_up = False

    def add(self, line: bytes) -> None:
        """Follow with one line of the events, which stands in its file already."""
        if self._is_given_up:
            return
        try:
            if self._file is None:
                self._begin()
            else:
                self._file.write(to_records(decode_event(line, 0)))
                self._file.flush()
        except (OSError, MedrnnError):  # the copy alone is lost
            self.close()
            self._is_given_up = True

    def _begin(self) -> None:
        """Everything that was told so far, in a new file."""
        for before in self._folder.glob(f"{NAME}*"):
            before.unlink()
        told = all_events(self._folder / "events.jsonl")
        self._file = (self._folder / f"{NAME}{time.time():.0f}.medrnn").open("wb")
        self._file.write(
            record(bytes([1 << 3 | 1]) + struct.pack("<d", time.time()) + _text(3, VERSION.encode()))
        )
        self._file.write(b"".join(map(to_records, told)))
        self._file.flush()

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None
