"""The folder of a run in the hands of the process that owns it: begun clean, told into, left without halves."""

import errno
import json
import os
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

import msgspec

from medrnn import disk
from medrnn.config import TrainConfig
from medrnn.errors import ConfigError, DeviceError, MedrnnError
from medrnn.training.runs import locks
from medrnn.training.runs.board import Board
from medrnn.training.runs.events import encode_event, without_place
from medrnn.training.runs.owner import this_process

RESERVE_BYTES = 64 << 10  # given back on a full disk, so that the last event finds room
LAST_WORDS = ("finished", "failed", "paused")
MODEL_FILES = ("model.safetensors", "novelty.safetensors")
ENDS = (b"failed", b"paused")  # the last words that the next life takes back
NOT_YET = "The run was stopped before it went on. What it had learnt is kept: resume it to go on."
NO_MEMORY = "can't allocate memory"  # as torch says it of the CPU's
FEWER = DeviceError(
    "Expected room for a batch, the memory ran out. Take a smaller batch, fewer units or smaller images; or close what "
    "else takes memory, and resume the run."
)
FULL = (errno.ENOSPC, errno.EDQUOT)


class RunFolder:
    """A folder that belongs to one process, as long as that lives and does not close it.

    Attributes:
        path: the folder.
        config: the settings that were asked for.
        lock: the open lock file, to be handed to the process that is to own the folder.
    """

    def __init__(self, path: Path, config: TrainConfig, lock: int) -> None:
        self.path, self.config, self.lock = path, config, lock
        self._log, self._is_over, self._has_stopped = -1, False, False
        self._telling, self._board = threading.RLock(), Board(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._give_back_reserve()
        self.close()

    def close(self) -> None:
        """Let go of the files; the folder is free unless another process holds its lock too."""
        for fd in (self._log, self.lock):
            if fd >= 0:
                os.close(fd)
        self._log = self.lock = -1
        self._board.close()

    def sign(self) -> None:
        """Write down that this process is the one that trains.

        Raises:
            ConfigError: it cannot be written.
        """
        with disk.writing(self.path / "process.json", "the run") as file:
            file.write(msgspec.json.encode(this_process()) + b"\n")

    def write_settings(self, name: str, config: TrainConfig) -> None:
        """Write ``config.json`` or ``request.json``.

        Raises:
            ConfigError: it cannot be written.
        """
        with disk.writing(self.path / name, "the run") as file:
            file.write(json.dumps(config.to_dict(), indent=1).encode() + b"\n")

    def is_asked_to_stop(self) -> bool:
        """True once there is a file ``stop``."""
        return os.path.lexists(self.path / "stop")

    def is_asked_to_pause(self) -> bool:
        """True once there is a file ``pause``."""
        return os.path.lexists(self.path / "pause")

    def tell(self, kind: str, data: Mapping[str, object] = MappingProxyType({})) -> None:
        """Add an event as one whole line; the last one finds room also on a full disk.

        Raises:
            ConfigError: it cannot be written.
        """
        with self._telling:
            line = encode_event(kind, data)
            self._tell(line, is_last=kind in LAST_WORDS)
            self._board.add(line[:-1])
            self._is_over |= kind in LAST_WORDS
            self._has_stopped |= kind == "stopped"

    def _tell(self, line: bytes, *, is_last: bool) -> None:
        try:
            self._append(line)
        except OSError as error:
            if not is_last:
                raise disk.write_error(error, "the run") from None
            self._give_back_reserve()
            try:
                self._append(line)
            except OSError as again:
                raise disk.write_error(again, "the run") from None

    def acknowledge(self, kind: str) -> None:
        """Tell that a wish was heard, unless the last word is said; where nothing can be written, nothing is said."""
        with self._telling, suppress(MedrnnError):
            if not self._is_over and not self._has_stopped:
                self.tell(kind)

    def _append(self, line: bytes) -> None:
        if self._log < 0:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | locks.NO_LINK
            self._log = os.open(self.path / "events.jsonl", flags, 0o644)
        end = os.fstat(self._log).st_size
        try:
            while line:
                line = line[os.write(self._log, line) :]
        except OSError:
            os.ftruncate(self._log, end)  # half a line would spoil the next
            raise

    def _give_back_reserve(self) -> None:
        with suppress(OSError):
            (self.path / "reserve").unlink()

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Whatever ends the run before its time becomes its last event; half a model does not stay."""
        try:
            yield
        except MedrnnError as error:
            self._fail(str(error))
            raise
        except (KeyboardInterrupt, GeneratorExit):
            self._fail("The run was interrupted.")
            raise
        except Exception as error:
            if isinstance(error, MemoryError) or NO_MEMORY in str(error):
                self._fail(str(FEWER))
                raise FEWER from None
            if isinstance(error, OSError) and error.errno in FULL:
                full = disk.write_error(error, "the run")
                self._fail(str(full))
                raise full from None
            self._fail(f"The run broke off: {type(error).__name__}.")
            raise

    def _fail(self, message: str) -> None:
        if self._is_over:
            return
        if not (self.path / "card.json").exists():
            for name in MODEL_FILES:
                with suppress(OSError):
                    (self.path / name).unlink()
        with suppress(MedrnnError):
            self.tell("failed", {"message": without_place(message, self.config.data)})
        self._is_over = True

    def prepare(self) -> None:
        """Write down what is asked for, and put some room aside.

        Raises:
            ConfigError: the disk is full, or the folder cannot be written.
        """
        with disk.writing(self.path / "reserve", "the run") as file:
            file.write(secrets.token_bytes(RESERVE_BYTES))  # so that no file system can pack it
        self.write_settings("request.json", self.config)

    def clear(self) -> None:
        """Take away what the life before left that would spoil the next: its process, the wish to stop, half a model.

        Raises:
            ConfigError: the disk is full, or the folder cannot be written.
        """
        halves = [part for part in self.path.glob(".*.part") if part.is_file()]
        before = ("stop", "pause", "process.json", *MODEL_FILES)
        for path in (*(self.path / name for name in before), *halves):
            with suppress(OSError):
                path.unlink()
        self._take_back()
        self.prepare()

    def _take_back(self) -> None:
        """Cut from the events half a line that was being written, and the last words of the life before."""
        path = self.path / "events.jsonl"
        try:
            lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
            if lines and not lines[-1].endswith(b"\n"):
                lines.pop()
            if lines and any(b'"kind":"%s"' % kind in lines[-1].replace(b" ", b"") for kind in ENDS):
                lines.pop()
            if path.exists():
                os.truncate(path, sum(map(len, lines)))
        except OSError as error:
            raise disk.write_error(error, "the run") from None

    def rewind(self, log_bytes: int) -> None:
        """Forget the events that came after a checkpoint; they will be told again.

        Args:
            log_bytes: how long the file of events was then; 0 forgets all.

        Raises:
            ConfigError: the file is shorter, or cannot be written.
        """
        try:
            path = self.path / "events.jsonl"
            long = path.stat().st_size if path.exists() else 0
            if long < log_bytes:
                raise ConfigError(
                    f"Expected at least {log_bytes:,} bytes of events, events.jsonl holds {long:,}. Delete the "
                    "checkpoint, and --resume begins the run anew."
                )
            if long:
                os.truncate(path, log_bytes)
        except OSError as error:
            raise disk.write_error(error, "the run") from None

    def sync(self) -> None:
        """What was told so far reaches the disk.

        Raises:
            ConfigError: it cannot.
        """
        try:
            if self._log >= 0:
                os.fsync(self._log)
        except OSError as error:
            raise disk.write_error(error, "the run") from None

    @property
    def log_bytes(self) -> int:
        """How long the file of events is."""
        path = self.path / "events.jsonl"
        return path.stat().st_size if path.exists() else 0

    def discard(self) -> None:
        """Take away what ``claim`` made."""
        for name in ("reserve", "request.json", "log.txt", "lock"):
            with suppress(OSError):
                (self.path / name).unlink()
        self.close()
        with suppress(OSError):
            self.path.rmdir()
