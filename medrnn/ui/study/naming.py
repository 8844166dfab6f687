"""How the studies of a session are called, so that a person can tell them apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from medrnn.imaging.words import say_choice
from medrnn.types import Study
from medrnn.ui.foreign import plain

APART = " · "
MOST_FOLDER = 40  # characters of a folder's name


@dataclass(frozen=True)
class Opened:
    """How a study came in.

    Attributes:
        at: seconds since 1970; 0 where it is not known.
        folder: of a zip that sorts its pictures into folders, the name of this one's; it is shown to the visitor only.
        file: its place among the files that came with it, from 1; 0 where it came alone.
    """

    at: float = 0.0
    folder: str = ""
    file: int = 0


def _label(study: Study, opened: Opened) -> str:
    words = [
        study.name,
        say_choice(study),
        f"file {opened.file}" if opened.file else "",
        plain(opened.folder, MOST_FOLDER),
        f"{datetime.fromtimestamp(opened.at):%H:%M}" if opened.at and not study.title else "",
    ]
    return APART.join(filter(None, words))


def labels(studies: Mapping[str, Study], opened: Mapping[str, Opened]) -> dict[str, str]:
    """A line of plain text for each study, no two alike: what it is, which of a series'
    volumes, its file, its class folder, the time of opening.

    Args:
        studies: by content key, oldest first.
        opened: how they came in, by the same keys; those that are missing came without a word.
    """
    found: dict[str, str] = {}
    for key, study in studies.items():
        first = label = _label(study, opened.get(key, Opened()))
        number = 1
        while label in found.values():
            number += 1
            label = f"{first} ({number})"
        found[key] = label
    return found
