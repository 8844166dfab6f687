"""The files that make a set: each is read for itself, and what is no image is left out with the reason."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from medrnn.datasets.choices import Offers
from medrnn.datasets.drawing import SIDES, Drawn, draw
from medrnn.datasets.layout import SPLITS, Layout, find_layout, is_hidden
from medrnn.datasets.left_out import say_left_out
from medrnn.datasets.table import is_table, read_table
from medrnn.errors import DataError, ImageError, ReadingError
from medrnn.imaging.series.members import Member, read_member
from medrnn.imaging.series.numbers import UNKNOWN, Numbered, Numbers
from medrnn.imaging.signatures import kind_of

LEAST = 3  # images of a class that can be dealt to three splits
SETTLED_BYTES = (
    64 << 20
)  # of pictures at every size; from there on one size is kept, told by the images so far
MOST_BYTES = 1 << 30  # of pictures
MOST_SIZES = 20  # of the originals that are told apart
Perform = Callable[[Any, str], Member]


@dataclass(frozen=True, eq=False)
class Item:
    """One file that is an image; its path is forgotten with it.

    Attributes:
        path: "/" between folders.
        drawn: its pictures.
        kind: of file, such as "PNG".
        patient, series, at: see ``Numbered``.
    """

    path: str
    drawn: Drawn
    kind: str
    patient: int = UNKNOWN
    series: int = UNKNOWN
    at: float | None = None


def side_for(shorts: Sequence[int]) -> int:
    """The size of a set: of ``SIDES`` the largest that is not above the median short edge, at least the smallest."""
    median = float(np.median(shorts)) if len(shorts) else 0
    return max((side for side in SIDES if side <= median), default=SIDES[0])


@dataclass(eq=False)
class Files:
    """What was read so far of the files of a set.

    Attributes:
        items: the images.
        left_out: path to the reason, of the files that are none.
        tables: path to bytes.
        sides: which sizes the pictures have.
        nbytes: of all pictures.
        beside: hidden files and the like that a zip was unpacked without.
    """

    items: list[Item] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    tables: dict[str, bytes] = field(default_factory=dict)
    sides: tuple[int, ...] = SIDES
    nbytes: int = 0
    beside: int = 0
    _numbers: Numbers = field(default_factory=Numbers)

    @property
    def salt(self) -> str:
        """What ``read_member`` is to be given for these files."""
        return self._numbers.salt

    def add(self, path: str, data: Any, perform: Perform = read_member) -> None:
        """Read one more file.

        Args:
            path: "/" between folders.
            data: its bytes, or the error with which it was unpacked.
            perform: reads a file under a salt; by default in this process.

        Raises:
            DataError: the pictures take too much room together.
        """
        if is_hidden(path):
            self.left_out[path] = "hidden"
            return
        if not isinstance(data, ImageError) and is_table(path):
            self.tables[path] = bytes(data)
            return
        if isinstance(data, ImageError) or kind_of(data) in ("", "zip"):
            self.left_out[path] = "damaged" if isinstance(data, ImageError) else "no-image"
            return
        try:
            self._take(path, self._numbers.number(perform(data, self.salt)))
        except (ImageError, ReadingError):
            self.left_out[path] = "damaged"

    def _take(self, path: str, one: Numbered) -> None:
        drawn = draw(one.study, self.sides)
        self.items.append(Item(path, drawn, one.study.kind, one.patient, one.series, one.at))
        self.nbytes += drawn.nbytes
        if self.nbytes > SETTLED_BYTES and len(self.sides) > 1:
            self._settle(side_for([min(item.drawn.size) for item in self.items]))
        if self.nbytes > MOST_BYTES:
            raise DataError(
                f"Expected images of at most {MOST_BYTES >> 20} MB together as they are learnt from, these are more. "
                "Bring fewer."
            )

    def _settle(self, side: int) -> None:
        """Keep one size only."""
        self.sides = (side,)
        for k, item in enumerate(self.items):
            kept = {key: one for key, one in item.drawn.pictures.items() if key[0] == side}
            self.items[k] = replace(item, drawn=replace(item.drawn, pictures=kept))
        self.nbytes = sum(item.drawn.nbytes for item in self.items)

    def layout(self) -> Layout:
        """Which image is of which split and class: as a table of most of them says it, else as their folders do.

        Raises:
            DataError: neither does.
        """
        paths = [item.path for item in self.items]
        wrong = None
        for _, raw in sorted(self.tables.items(), key=lambda one: (one[0].count("/"), one[0])):
            try:
                found = read_table(raw, paths)
            except DataError as error:
                wrong = wrong or error
                continue
            named = len(found.files) + sum(why == "disputed" for why in found.left_out.values())
            if 2 * named >= len(paths):
                return found
            wrong = wrong or DataError(
                f"Expected a table that names at least half of the {len(paths):,} images, this one names {named:,}. "
                "Add lines, or sort the images into a folder for each class."
            )
        try:
            return find_layout(paths or self.left_out)
        except DataError as error:
            left = "".join(f" Left out: {line}." for line in say_left_out(Counter(self.left_out.values())))
            raise DataError(f"{wrong or error}{left}") from None

    def offers(self) -> Offers:
        """What there is to be chosen."""
        layout = self.layout()
        series = Counter(item.series for item in self.items if item.series != UNKNOWN)
        rules = {
            "auto": True,
            "dicom": any(item.patient != UNKNOWN for item in self.items),
            "table": any(entry.patient for entry in layout.files.values()),
            "name": True,
            "folder": any(entry.inside for entry in layout.files.values()),
            "pattern": True,
            "none": True,
        }
        return Offers(
            volumes=sum(item.drawn.frames > 1 for item in self.items),
            series=sum(count > 1 for count in series.values()),
            sides=self.sides,
            rules=tuple(rule for rule, is_there in rules.items() if is_there),
            is_dealt=set(layout.given) != set(SPLITS),
            is_given=bool(layout.given),
        )


def read_files(files: Iterable[tuple[str, Any]], perform: Perform = read_member) -> Files:
    """All files of a set.

    Args:
        files: path, and bytes or an error, one after the other.
        perform: reads one.
    """
    found = Files()
    for path, data in files:
        found.add(path, data, perform)
    return found
