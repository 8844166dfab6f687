"""What people wrote of a run: a title and a note, beside what the run itself writes."""

from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from medrnn import disk
from medrnn.errors import CatalogError, ConfigError

FILE = "label.json"
MOST_TITLE = 80  # characters
MOST_NOTE = 4_000
MOST_BYTES = 1 << 16


@dataclass(frozen=True)
class Label:
    """A title, empty for the id alone, and a note; anybody's words, shown as text (``ui.foreign``)."""

    title: Annotated[str, Meta(max_length=MOST_TITLE)] = ""
    note: Annotated[str, Meta(max_length=MOST_NOTE)] = ""


def read_label(folder: Path) -> Label:
    """The label in a run's folder; an empty one where there is none or it is damaged: no run is worse for it."""
    with suppress(FileNotFoundError, CatalogError):
        return disk.read_json(folder / FILE, Label, MOST_BYTES)
    return Label()


def write_label(folder: Path, label: Label) -> None:
    """Keep it in one move.

    Raises:
        ConfigError: it is too long, the disk is full, or the folder cannot be written.
    """
    for what, words, most in (("title", label.title, MOST_TITLE), ("note", label.note, MOST_NOTE)):
        if len(words) > most:
            raise ConfigError(f"{what}: expected at most {most:,} characters, got {len(words):,}.")
    try:
        raw = msgspec.json.encode(asdict(label))
    except UnicodeEncodeError:
        raise ConfigError("Expected text, got half a character. Write it again.") from None
    with disk.writing(folder / FILE, "the note") as file:
        file.write(raw)
